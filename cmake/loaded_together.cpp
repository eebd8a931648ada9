// Run by products.cmake: fails, saying why, when LibTorch and what computes products cannot be in one process.
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "loader/runtimes.hpp"

namespace {

#if defined(TUTTI_PRODUCTS_onednn)

extern "C" {
struct Version {  // the start of dnnl_version_t
  int major, minor, patch;
};
const Version* dnnl_version();
int dnnl_sgemm(char, char, std::int64_t, std::int64_t, std::int64_t, float, const float*, std::int64_t, const float*,
               std::int64_t, float, float*, std::int64_t);
}

// A LibTorch with a oneDNN inside hides its functions, but not all of its templates: the other oneDNN would run some of
// them, and its products fail, or worse.
std::string problem_of_products() {
  const Version& version = *dnnl_version();
  const std::string number =
      std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
  const std::string inside = at::get_mkldnn_version();
  const bool has_one = inside.find("not found") == std::string::npos;
  if (has_one && inside.find(" v" + number + " ") == std::string::npos) {
    return "two copies of oneDNN in one process: " + number + ", and inside LibTorch " + inside;
  }
  const float a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
  float c[4] = {};
  const int status = dnnl_sgemm('T', 'N', 2, 2, 2, 1.0F, a, 2, b, 2, 0.0F, c, 2);
  if (status == 0 && c[0] == 26 && c[1] == 30 && c[2] == 38 && c[3] == 44) return "";
  return "oneDNN " + number + " does not multiply beside this LibTorch; its status is " + std::to_string(status);
}

#else

extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                       const int*, const float*, const int*, const float*, float*, const int*);

std::string problem_of_products() {
  const float a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8}, one = 1, zero = 0;
  const int two = 2;
  float c[4] = {};
  sgemm_("N", "T", &two, &two, &two, &one, b, &two, a, &two, &zero, c, &two);
  if (c[0] == 26 && c[1] == 30 && c[2] == 38 && c[3] == 44) return "";
  return "the BLAS inside LibTorch does not multiply";
}

#endif

}  // namespace

int main() {
  // Its result is a string, so that a LibTorch of the other C++ ABI fails to link.
  if (at::get_parallel_info().empty()) return 1;
  std::string problem = tutti::loader::conflict_of(tutti::loader::loaded_runtimes());
  if (problem.empty()) problem = problem_of_products();
  if (problem.empty()) return 0;
  std::printf("%s\n", problem.c_str());
  return 1;
}
