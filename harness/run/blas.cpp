#include "run/blas.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <filesystem>
#include <utility>

namespace tutti::run {
namespace {

// A function that only this BLAS has; dlsym() looks for it in the library and in what it depends on.
constexpr std::pair<const char*, const char*> kSigns[] = {
    {"mkl_get_version", "MKL"}, {"bli_info_get_version_str", "BLIS"}, {"ATL_buildinfo", "ATLAS"}};

std::filesystem::path file_of(void* library) {
  link_map* map = nullptr;
  if (::dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) return {};
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(map->l_name, error);
  return error ? std::filesystem::path(map->l_name) : file;
}

}  // namespace

Blas blas_of(void* library) {
  const std::filesystem::path file = file_of(library);
  if (void* const config = ::dlsym(library, "openblas_get_config")) {
    return {reinterpret_cast<const char* (*)()>(config)(), file};
  }
  for (const auto& [function, name] : kSigns) {
    if (::dlsym(library, function) != nullptr) return {name, file};
  }
  // Those that come under a name of their own are none that is called libblas.
  if (file.filename().string().starts_with("libblas.")) return {"reference BLAS", file, true};
  return {file.filename(), file};
}

namespace {

std::optional<Blas> blas_opened_with(int flags) {
  void* const library = ::dlopen("libblas.so.3", flags);
  if (library == nullptr) return std::nullopt;
  Blas blas = blas_of(library);
  ::dlclose(library);
  return blas;
}

}  // namespace

std::optional<Blas> blas_in_use() { return blas_opened_with(RTLD_LAZY | RTLD_NOLOAD); }

std::optional<Blas> installed_blas() { return blas_opened_with(RTLD_LAZY | RTLD_LOCAL); }

std::string warning_about(const std::optional<Blas>& blas) {
  if (!blas || !blas->is_reference) return "";
  return fmt::format(
      "LibTorch multiplies matrices with the reference BLAS ({}), many times slower than an optimised one; algorithms "
      "made of LibTorch's own layers are slow; on Debian: apt install libopenblas0-serial",
      blas->file);
}

}  // namespace tutti::run
