// Run by products.cmake: fails, saying why, when LibTorch and what computes products bring two OpenMP runtimes into one
// process.
#include <ATen/Parallel.h>

#include <cstdio>

#include "loader/runtimes.hpp"

#if defined(TUTTI_PRODUCTS_onednn)
extern "C" const void* dnnl_version();
const auto product = reinterpret_cast<void (*)()>(dnnl_version);
#else
extern "C" void sgemm_();
const auto product = sgemm_;
#endif

int main() {
  // Its result is a string, so that a LibTorch of the other C++ ABI fails to link.
  if (at::get_parallel_info().empty() || product == nullptr) return 1;
  const std::string conflict = tutti::loader::conflict_of(tutti::loader::loaded_runtimes());
  if (conflict.empty()) return 0;
  std::printf("%s\n", conflict.c_str());
  return 1;
}
