// Which BLAS multiplies the matrices of LibTorch. Debian's LibTorch takes whatever libblas.so.3 is at that moment, and
// the reference BLAS, which is there if nobody chose another, is many times slower than an optimised one.
#pragma once

#include <optional>
#include <string>

namespace tutti::run {

struct Blas {
  std::string name;  // "OpenBLAS 0.3.21 ...", "reference BLAS", "MKL"; the file's name if it is none of the known
  std::string file;  // what libblas.so.3 really is
  bool is_reference = false;
};

/// The BLAS behind `library`, a handle of dlopen().
Blas blas_of(void* library);

/// The BLAS of the plugins that are open; none if they use none, or one that is part of their LibTorch.
std::optional<Blas> blas_in_use();

/// The BLAS that the system gives to those that ask for libblas.so.3.
std::optional<Blas> installed_blas();

/// A sentence with the remedy if the BLAS is the reference BLAS; otherwise empty.
std::string warning_about(const std::optional<Blas>& blas);

}  // namespace tutti::run
