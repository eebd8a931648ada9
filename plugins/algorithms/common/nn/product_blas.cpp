// Float32 products by the BLAS inside LibTorch, for a LibTorch that no oneDNN of the system goes with.
#include <algorithm>
#include <string>

#include "nn/matrix_product.hpp"

extern "C" {
void sgemm_(const char* transpose_a, const char* transpose_b, const int* rows, const int* columns, const int* inner,
            const float* alpha, const float* a, const int* a_stride, const float* b, const int* b_stride,
            const float* beta, float* c, const int* c_stride);
[[gnu::weak]] void MKL_Get_Version_String(char* text, int size);
[[gnu::weak]] const char* openblas_get_config();
}

namespace tutti {

LibraryVersion product_library() {
  std::string version = "unknown";
  if (MKL_Get_Version_String != nullptr) {
    version.assign(200, '\0');
    MKL_Get_Version_String(version.data(), static_cast<int>(version.size()));
    version.resize(std::min(version.find('\0'), version.size()));
    version.resize(version.find_last_not_of(' ') + 1);
  } else if (openblas_get_config != nullptr) {
    version = openblas_get_config();
  }
  return {"BLAS of LibTorch", version};
}

Instructions product_instructions() {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (avx512) return Instructions::kAvx512;
  if (__builtin_cpu_supports("avx2") != 0) return Instructions::kAvx2;
#endif
  return Instructions::kOldest;
}

// The BLAS counts by columns: row by row, c = a b is c' = b' a'.
void nonempty_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<float> a, Factor<float> b,
                      float* c, std::int64_t c_stride, bool accumulate) {
  const auto flag = [](const Factor<float>& factor) { return factor.transposed ? 'T' : 'N'; };
  const char flag_a = flag(a), flag_b = flag(b);
  const int m = static_cast<int>(columns), n = static_cast<int>(rows), k = static_cast<int>(inner);
  const int stride_a = static_cast<int>(a.stride), stride_b = static_cast<int>(b.stride);
  const int stride_c = static_cast<int>(c_stride);
  const float one = 1.0F, beta = accumulate ? 1.0F : 0.0F;
  sgemm_(&flag_b, &flag_a, &m, &n, &k, &one, b.data, &stride_b, a.data, &stride_a, &beta, c, &stride_c);
}

}  // namespace tutti
