#include "nn/loops.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>
#include <vector>

#include "nn/elementwise.hpp"
#include "nn/matrix_product.hpp"

namespace tutti {
namespace {

// ---- several numbers side by side

template <class Real, int kLanes>
struct PackOf {
  typedef Real type __attribute__((vector_size(kLanes * sizeof(Real))));
};
using WidestPack = PackOf<float, 16>::type;  // one register of AVX-512
using WidePack = PackOf<float, 8>::type;     // one register of AVX2
using Pack4 = PackOf<float, 4>::type;        // one of SSE2, or of aarch64

template <class Pack, class Real>
constexpr std::int64_t kLanesOf = sizeof(Pack) / sizeof(Real);

template <class Pack, class Real>
[[gnu::always_inline]] inline Pack load(const Real* from) {
  Pack result;
  std::memcpy(&result, from, sizeof result);
  return result;
}
template <class Pack, class Real>
[[gnu::always_inline]] inline void store(const Pack& pack, Real* to) {
  std::memcpy(to, &pack, sizeof pack);
}

[[gnu::always_inline]] inline float sum_of(Pack4 pack) { return (pack[0] + pack[2]) + (pack[1] + pack[3]); }
[[gnu::always_inline]] inline float sum_of(const WidePack& pack) {
  std::array<Pack4, 2> halves;
  std::memcpy(halves.data(), &pack, sizeof pack);
  return sum_of(halves[0] + halves[1]);
}
[[gnu::always_inline]] inline float sum_of(float number) { return number; }

/// Calls visit<Pack>(j) for every whole pack of `count` numbers, then visit<Real>(j) for each that is left.
template <class Pack, class Real, class Visit>
[[gnu::always_inline]] inline void each_pack(std::int64_t count, const Visit& visit) {
  std::int64_t j = 0;
  for (; j + kLanesOf<Pack, Real> <= count; j += kLanesOf<Pack, Real>) visit.template operator()<Pack>(j);
  for (; j < count; ++j) visit.template operator()<Real>(j);
}

// ---- the choice of instructions

#if defined(__x86_64__)
template <class Loop>
[[gnu::target("avx2,fma")]] void run_wide(const Loop& loop) {
  loop.template operator()<WidePack>();
}
template <class Loop>
[[gnu::target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")]] void run_widest(
    const Loop& loop) {
  loop.template operator()<WidestPack>();
}
Instructions newest_instructions() {
  return __builtin_cpu_supports("fma") != 0 ? product_instructions() : Instructions::kOldest;
}
#else
template <class Loop>
void run_wide(const Loop& loop) {
  loop.template operator()<Pack4>();
}
template <class Loop>
void run_widest(const Loop& loop) {
  loop.template operator()<Pack4>();
}
Instructions newest_instructions() { return Instructions::kOldest; }
#endif

Instructions& instructions() {
  static Instructions used = newest_instructions();
  return used;
}

/// Runs loop<Pack>() with the pack of the newest instructions up to `newest`; it must be inlined by force, so that it
/// is compiled for them.
template <class Real, Instructions kNewest, class Loop>
void run(const Loop& loop) {
  if constexpr (std::is_same_v<Real, double>) {
    loop.template operator()<double>();
  } else {
    const Instructions used = instructions();
    if constexpr (kNewest == Instructions::kAvx512) {
      if (used == Instructions::kAvx512) return run_widest(loop);
    }
    used == Instructions::kOldest ? loop.template operator()<Pack4>() : run_wide(loop);
  }
}

/// For loops in which numbers of one pack never meet: AVX-512 gives the bits of AVX2.
template <class Real, class Loop>
void run_apart(const Loop& loop) {
  run<Real, Instructions::kAvx512>(loop);
}

/// For loops that add up the numbers of a pack, so that its size decides the last bits.
template <class Loop>
void run_together(const Loop& loop) {
  run<float, Instructions::kAvx2>(loop);
}

/// Calls visit<kind>() with the activation as a constant.
template <class Visit>
[[gnu::always_inline]] inline void with_constant(Activation kind, const Visit& visit) {
  switch (kind) {
    case Activation::kRelu:
      return visit.template operator()<Activation::kRelu>();
    case Activation::kTanh:
      return visit.template operator()<Activation::kTanh>();
    case Activation::kMish:
      return visit.template operator()<Activation::kMish>();
    case Activation::kGelu:
      return visit.template operator()<Activation::kGelu>();
    case Activation::kIdentity:
      return visit.template operator()<Activation::kIdentity>();
  }
}

// ---- activations

/// What follows a product; the slope only where the activation keeps it.
template <Activation kKind, class Number>
[[gnu::always_inline]] inline ValueAndSlope<Number> activated(Number value) {
  if constexpr (kKind == Activation::kRelu) return {value < 0 ? Number{} : value, Number{}};
  if constexpr (kKind == Activation::kTanh) return {tanh_of(value), Number{}};
  if constexpr (kKind == Activation::kMish) return mish_with_slope(value);
  if constexpr (kKind == Activation::kGelu) return gelu_with_slope(value);
  return {value, Number{}};
}

/// The gradient before the activation, from the one behind it and from what forward kept.
template <Activation kKind, class Number>
[[gnu::always_inline]] inline Number before_activation(Number gradient, Number kept) {
  if constexpr (kKind == Activation::kRelu) return kept <= 0 ? Number{} : gradient;
  if constexpr (kKind == Activation::kTanh) return gradient * (1 - kept * kept);
  if constexpr (keeps_slopes(kKind)) return gradient * kept;
  return gradient;
}

template <class Pack, Activation kKind, bool kAdd, bool kKeep, class Real>
[[gnu::always_inline]] inline void activate_row(Real* __restrict row, const Real* __restrict bias,
                                                [[maybe_unused]] const Real* __restrict addend,
                                                [[maybe_unused]] Real* __restrict slopes, std::int64_t width) {
  each_pack<Pack, Real>(
      width, [&]<class Number>(std::int64_t j) __attribute__((always_inline)) {
        Number value = load<Number>(row + j) + load<Number>(bias + j);
        if constexpr (kAdd) value += load<Number>(addend + j);
        const ValueAndSlope<Number> result = activated<kKind>(value);
        store(result.value, row + j);
        if constexpr (kKeep) store(result.slope, slopes + j);
      });
}

template <class Pack, Activation kKind, class Real>
[[gnu::always_inline]] inline void activate_rows(const RowsBehindProduct<Real>& to) {
  const bool keep = keeps_slopes(kKind) && to.slopes != nullptr;
  for (std::int64_t i = 0; i < to.count; ++i) {
    const std::int64_t begin = i * to.width;
    Real *row = to.rows + begin, *slopes = keep ? to.slopes + begin : nullptr;
    const Real* addend = to.addend == nullptr ? nullptr : to.addend + i / to.repeat * to.width;
    if (addend != nullptr) {
      keep ? activate_row<Pack, kKind, true, keeps_slopes(kKind)>(row, to.bias, addend, slopes, to.width)
           : activate_row<Pack, kKind, true, false>(row, to.bias, addend, slopes, to.width);
    } else {
      keep ? activate_row<Pack, kKind, false, keeps_slopes(kKind)>(row, to.bias, addend, slopes, to.width)
           : activate_row<Pack, kKind, false, false>(row, to.bias, addend, slopes, to.width);
    }
  }
}

template <class Pack, Activation kKind, bool kSum, class Real>
[[gnu::always_inline]] inline void differentiate_row(const Real* gradient, const Real* kept, Real* result,
                                                     [[maybe_unused]] Real* __restrict sums, std::int64_t width) {
  each_pack<Pack, Real>(
      width, [&]<class Number>(std::int64_t j) __attribute__((always_inline)) {
        constexpr bool kLooks = kKind != Activation::kIdentity;
        const Number value =
            before_activation<kKind>(load<Number>(gradient + j), kLooks ? load<Number>(kept + j) : Number{});
        store(value, result + j);
        if constexpr (kSum) store(Number(load<Number>(sums + j) + value), sums + j);
      });
}

/// Sums go by blocks of rows, so that long ones keep their digits.
template <class Pack, Activation kKind, class Real>
[[gnu::always_inline]] inline void differentiate_rows(std::int64_t count, std::int64_t width, const Real* gradient,
                                                      const Real* kept, Real* result, Real* sums) {
  constexpr std::int64_t kBlock = 32;
  if (sums == nullptr)
    return differentiate_row<Pack, kKind, false, Real>(gradient, kept, result, nullptr, count * width);
  std::vector<Real> block(static_cast<std::size_t>(width));
  for (std::int64_t row = 0; row < count; ++row) {
    const std::int64_t begin = row * width;
    const Real* kept_row = kept == nullptr ? nullptr : kept + begin;
    differentiate_row<Pack, kKind, true>(gradient + begin, kept_row, result + begin, block.data(), width);
    if ((row + 1) % kBlock != 0 && row + 1 != count) continue;
    for (std::int64_t j = 0; j < width; ++j) sums[j] += block[static_cast<std::size_t>(j)];
    std::fill(block.begin(), block.end(), Real{0});
  }
}

// ---- products with few columns

/// From two to this many columns; one column, more of them and short inner sides are as fast in oneDNN.
constexpr std::int64_t kFew = 4;

/// A matrix as the loops read it: element (i, j) is data[i * row + j * column].
struct Strided {
  const float* data;
  std::int64_t row, column;

  explicit Strided(Factor<float> factor)
      : data(factor.data), row(factor.transposed ? 1 : factor.stride), column(factor.transposed ? factor.stride : 1) {}
  float operator()(std::int64_t i, std::int64_t j) const { return data[i * row + j * column]; }
};

/// The matrix [rows, columns] with dense rows, in place if it has them already.
struct DenseRows {
  std::vector<float> copy;
  const float* data;
  std::int64_t stride;

  DenseRows(Strided matrix, std::int64_t rows, std::int64_t columns) : data(matrix.data), stride(matrix.row) {
    if (matrix.column == 1) return;
    copy.resize(static_cast<std::size_t>(rows * columns));
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) copy[static_cast<std::size_t>(i * columns + j)] = matrix(i, j);
    }
    data = copy.data();
    stride = columns;
  }
};

/// kRows by kColumns numbers of c, each a row of a times a row of the transposed b.
template <class Pack, int kRows, int kColumns>
[[gnu::always_inline]] inline void multiply_rows(const float* a, std::int64_t a_stride, const float* b,
                                                 std::int64_t b_stride, std::int64_t inner, float* c,
                                                 std::int64_t c_stride, bool accumulate) {
  constexpr std::int64_t kLanes = kLanesOf<Pack, float>;
  std::array<Pack, kRows * kColumns> sums{};
  std::int64_t k = 0;
  for (; k + kLanes <= inner; k += kLanes) {
    for (int j = 0; j < kColumns; ++j) {
      const Pack right = load<Pack>(b + j * b_stride + k);
      for (int i = 0; i < kRows; ++i) sums[i * kColumns + j] += load<Pack>(a + i * a_stride + k) * right;
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kColumns; ++j) {
      float sum = sum_of(sums[i * kColumns + j]);
      for (std::int64_t rest = k; rest < inner; ++rest) sum += a[i * a_stride + rest] * b[j * b_stride + rest];
      float& to = c[i * c_stride + j];
      to = accumulate ? to + sum : sum;
    }
  }
}

/// The columns of b are the dense rows of its transpose.
template <class Pack>
[[gnu::always_inline]] inline void product_of_few_columns(std::int64_t rows, std::int64_t columns, std::int64_t inner,
                                                          const float* a, std::int64_t a_stride, const DenseRows& b,
                                                          float* c, std::int64_t c_stride, bool accumulate) {
  std::int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    std::int64_t j = 0;
    for (; j + 2 <= columns; j += 2)
      multiply_rows<Pack, 4, 2>(a + i * a_stride, a_stride, b.data + j * b.stride, b.stride, inner,
                                c + i * c_stride + j, c_stride, accumulate);
    for (; j < columns; ++j)
      multiply_rows<Pack, 4, 1>(a + i * a_stride, a_stride, b.data + j * b.stride, b.stride, inner,
                                c + i * c_stride + j, c_stride, accumulate);
  }
  for (; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      multiply_rows<Pack, 1, 1>(a + i * a_stride, a_stride, b.data + j * b.stride, b.stride, inner,
                                c + i * c_stride + j, c_stride, accumulate);
  }
}

/// sums[i] += the sum over `count` rows of few(row, i) times that row of `rows`; sums are `few_count` dense rows.
template <class Pack>
[[gnu::always_inline]] inline void add_outer_products(std::int64_t count, std::int64_t few_count, std::int64_t width,
                                                      Strided few, const float* rows, std::int64_t stride,
                                                      float* __restrict sums, std::int64_t sums_stride) {
  for (std::int64_t row = 0; row < count; row += 4) {
    const std::int64_t together = std::min<std::int64_t>(4, count - row);
    const float* from = rows + row * stride;
    for (std::int64_t i = 0; i < few_count; ++i) {
      std::array<float, 4> numbers{};
      for (std::int64_t k = 0; k < together; ++k) numbers[static_cast<std::size_t>(k)] = few(row + k, i);
      float* __restrict to = sums + i * sums_stride;
      if (together == 4) {
        each_pack<Pack, float>(
            width, [&]<class Number>(std::int64_t j) __attribute__((always_inline)) {
              const Number first = numbers[0] * load<Number>(from + j) + numbers[1] * load<Number>(from + stride + j);
              const Number second =
                  numbers[2] * load<Number>(from + 2 * stride + j) + numbers[3] * load<Number>(from + 3 * stride + j);
              store(Number(load<Number>(to + j) + (first + second)), to + j);
            });
        continue;
      }
      for (std::int64_t k = 0; k < together; ++k) {
        each_pack<Pack, float>(
            width, [&]<class Number>(std::int64_t j) __attribute__((always_inline)) {
              store(Number(load<Number>(to + j) +
                           numbers[static_cast<std::size_t>(k)] * load<Number>(from + k * stride + j)),
                    to + j);
            });
      }
    }
  }
}

}  // namespace

Instructions loop_instructions() { return instructions(); }

void hold_loops_to(Instructions newest) { instructions() = std::min(newest, newest_instructions()); }

template <class Real>
void add_and_activate(Activation kind, const RowsBehindProduct<Real>& to) {
  run_apart<Real>([&]<class Pack>() __attribute__((always_inline)) {
    with_constant(
        kind, [&]<Activation kKind>() __attribute__((always_inline)) { activate_rows<Pack, kKind>(to); });
  });
}
template void add_and_activate<float>(Activation, const RowsBehindProduct<float>&);
template void add_and_activate<double>(Activation, const RowsBehindProduct<double>&);

template <class Real>
void differentiate_activation(Activation kind, std::int64_t count, std::int64_t width, const Real* gradient,
                              const Real* kept, Real* result, Real* sums) {
  run_apart<Real>([&]<class Pack>() __attribute__((always_inline)) {
    with_constant(
        kind, [&]<Activation kKind>() __attribute__((always_inline)) {
          differentiate_rows<Pack, kKind>(count, width, gradient, kept, result, sums);
        });
  });
}
template void differentiate_activation<float>(Activation, std::int64_t, std::int64_t, const float*, const float*,
                                              float*, float*);
template void differentiate_activation<double>(Activation, std::int64_t, std::int64_t, const double*, const double*,
                                               double*, double*);

bool narrow_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<float> a, Factor<float> b,
                    float* c, std::int64_t c_stride, bool accumulate) {
  if (columns < 2 || columns > kFew) return false;
  if (!a.transposed) {
    const DenseRows columns_of_b(Strided({b.data, b.stride, !b.transposed}), columns, inner);
    run_together([&]<class Pack>() __attribute__((always_inline)) {
      product_of_few_columns<Pack>(rows, columns, inner, a.data, a.stride, columns_of_b, c, c_stride, accumulate);
    });
    return true;
  }
  std::vector<float> columns_of_c(static_cast<std::size_t>(rows * columns));
  run_apart<float>([&]<class Pack>() __attribute__((always_inline)) {
    add_outer_products<Pack>(inner, columns, rows, Strided(b), a.data, a.stride, columns_of_c.data(), rows);
  });
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      const float sum = columns_of_c[static_cast<std::size_t>(j * rows + i)];
      float& to = c[i * c_stride + j];
      to = accumulate ? to + sum : sum;
    }
  }
  return true;
}

}  // namespace tutti
