// Float32 products by oneDNN. No LibTorch here: its folder may have the headers of another oneDNN.
#include <dnnl.h>

#include <new>

#include "nn/matrix_product.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

bool has(dnnl_cpu_isa_t isa) {
  const auto effective = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
  return (effective & static_cast<unsigned>(isa)) == static_cast<unsigned>(isa);
}

// The instructions that products use on this processor; the environment variable ONEDNN_MAX_CPU_ISA forces older ones.
const char* instructions() {
  if (has(dnnl_cpu_isa_avx512_core)) return "AVX-512";
  if (has(dnnl_cpu_isa_avx2)) return "AVX2";
  if (has(dnnl_cpu_isa_avx)) return "AVX";
  return "SSE4.1";
}

}  // namespace

LibraryVersion product_library() {
  const dnnl_version_t& version = *dnnl_version();
  return {"oneDNN", std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
                        std::to_string(version.patch) + " (" + instructions() + ")"};
}

Instructions product_instructions() {
  if (has(dnnl_cpu_isa_avx512_core)) return Instructions::kAvx512;
  return has(dnnl_cpu_isa_avx2) ? Instructions::kAvx2 : Instructions::kOldest;
}

void nonempty_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<float> a, Factor<float> b,
                      float* c, std::int64_t c_stride, bool accumulate) {
  const auto flag = [](const Factor<float>& factor) { return factor.transposed ? 'T' : 'N'; };
  const dnnl_status_t status = dnnl_sgemm(flag(a), flag(b), rows, columns, inner, 1.0F, a.data, a.stride, b.data,
                                          b.stride, accumulate ? 1.0F : 0.0F, c, c_stride);
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  if (status != dnnl_success) throw Error("oneDNN refused a matrix product; its status is " + std::to_string(status));
}

}  // namespace tutti
