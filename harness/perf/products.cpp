#include "perf/products.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "perf/clock.hpp"
#include "tutti/error.hpp"
#include "tutti/export.hpp"

namespace {

using BlasProduct = void (*)(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                             const int*, const float*, const int*, const float*, float*, const int*);
using OnednnProduct = int (*)(char, char, std::int64_t, std::int64_t, std::int64_t, float, const float*, std::int64_t,
                              const float*, std::int64_t, float, float*, std::int64_t);

bool counting = false;
tutti::perf::Products counted;

/// The function of the loaded library whose file name starts with `name`.
void* function_of(std::string_view name, const char* function) {
  struct Search {
    std::string_view name;
    std::string file;
  } search{name, {}};
  const auto visit = [](dl_phdr_info* info, std::size_t, void* data) {
    auto& wanted = *static_cast<Search*>(data);
    const std::string_view file = info->dlpi_name;
    const bool found = file.substr(file.rfind('/') + 1).starts_with(wanted.name);
    if (found) wanted.file = file;
    return found ? 1 : 0;
  };
  ::dl_iterate_phdr(visit, &search);
  void* const library = search.file.empty() ? nullptr : ::dlopen(search.file.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  void* const result = library == nullptr ? nullptr : ::dlsym(library, function);
  if (result == nullptr) throw tutti::Error(std::string(function) + ": no loaded library has it");
  return result;
}

// Of the system, or inside LibTorch.
BlasProduct blas_product() {
  static const auto function = [] {
    try {
      return reinterpret_cast<BlasProduct>(function_of("libblas.so", "sgemm_"));
    } catch (const tutti::Error&) {
      return reinterpret_cast<BlasProduct>(function_of("libtorch_cpu.so", "sgemm_"));
    }
  }();
  return function;
}
OnednnProduct onednn_product() {
  static const auto function = reinterpret_cast<OnednnProduct>(function_of("libdnnl.so", "dnnl_sgemm"));
  return function;
}

bool transposes(char flag) { return flag != 'N' && flag != 'n'; }

}  // namespace

// Column by column: the row-wise product of b and a.
extern "C" TUTTI_API void sgemm_(const char* ta, const char* tb, const int* m, const int* n, const int* k,
                                 const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                                 const float* beta, float* c, const int* ldc) {
  if (counting) ++counted[{false, transposes(*tb), transposes(*ta), *n, *m, *k, *beta != 0}];
  blas_product()(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

extern "C" TUTTI_API int dnnl_sgemm(char ta, char tb, std::int64_t m, std::int64_t n, std::int64_t k, float alpha,
                                    const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float beta,
                                    float* c, std::int64_t ldc) {
  if (counting) ++counted[{true, transposes(ta), transposes(tb), m, n, k, beta != 0}];
  return onednn_product()(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

namespace tutti::perf {

void start_counting() {
  counted.clear();
  counting = true;
}

Products stop_counting() {
  counting = false;
  return counted;
}

double seconds_alone(const Product& product) {
  constexpr double kEnough = 0.01;  // seconds for each product
  const auto count = [](std::int64_t x, std::int64_t y) {
    return static_cast<std::size_t>(std::max<std::int64_t>(x * y, 1));
  };
  const std::vector<float> a(count(product.rows, product.inner), 0.5F), b(count(product.inner, product.columns), 0.5F);
  std::vector<float> c(count(product.rows, product.columns));
  const std::int64_t lda = std::max<std::int64_t>(product.a_transposed ? product.rows : product.inner, 1);
  const std::int64_t ldb = std::max<std::int64_t>(product.b_transposed ? product.inner : product.columns, 1);
  const float beta = product.accumulates ? 1.0F : 0.0F;
  const auto compute = [&] {
    const char ta = product.a_transposed ? 'T' : 'N', tb = product.b_transposed ? 'T' : 'N';
    if (product.by_onednn) {
      onednn_product()(ta, tb, product.rows, product.columns, product.inner, 1.0F, a.data(), lda, b.data(), ldb, beta,
                       c.data(), product.columns);
    } else {
      const int m = static_cast<int>(product.columns), n = static_cast<int>(product.rows);
      const int k = static_cast<int>(product.inner), first = static_cast<int>(ldb), second = static_cast<int>(lda);
      const float one = 1.0F;
      blas_product()(&tb, &ta, &m, &n, &k, &one, b.data(), &first, a.data(), &second, &beta, c.data(), &m);
    }
  };
  compute();
  const int repeats = std::max(1, static_cast<int>(2e6 / std::max(product.flops(), 1.0)));
  double best = 1e9;
  for (const double start = processor_seconds(); processor_seconds() - start < kEnough;) {
    const double from = processor_seconds();
    for (int i = 0; i < repeats; ++i) compute();
    best = std::min(best, (processor_seconds() - from) / repeats);
  }
  return best;
}

double seconds_alone(const Products& products) {
  double sum = 0;
  for (const auto& [product, times] : products) sum += static_cast<double>(times) * seconds_alone(product);
  return sum;
}

double flops_of(const Products& products) {
  double sum = 0;
  for (const auto& [product, times] : products) sum += static_cast<double>(times) * product.flops();
  return sum;
}

}  // namespace tutti::perf
