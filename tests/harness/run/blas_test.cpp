#include "run/blas.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace tutti::run {
namespace {

Blas stand_in(const std::string& name) {
  void* const library = ::dlopen((TUTTI_BINARY_DIR "/fixtures/blas/" + name).c_str(), RTLD_LAZY);
  EXPECT_NE(library, nullptr) << ::dlerror();
  return blas_of(library);
}

TEST(Blas, ALibblasThatSaysNothingOfItselfIsTheReference) {
  const Blas blas = stand_in("reference/libblas.so.3");
  EXPECT_EQ(blas.name, "reference BLAS");
  EXPECT_TRUE(blas.is_reference);
  EXPECT_EQ(blas.file, TUTTI_BINARY_DIR "/fixtures/blas/reference/libblas.so.3");
  const std::string warning = warning_about(blas);
  EXPECT_NE(warning.find(blas.file), std::string::npos) << warning;
  EXPECT_NE(warning.find("apt install libopenblas0-serial"), std::string::npos) << warning;
}

TEST(Blas, OpenBlasNamesItselfAndIsNotWarnedAbout) {
  const Blas blas = stand_in("openblas/libblas.so.3");
  EXPECT_EQ(blas.name, "OpenBLAS 0.0 for tests");
  EXPECT_FALSE(blas.is_reference);
  EXPECT_EQ(warning_about(blas), "");
}

TEST(Blas, AnotherLibraryIsNamedByItsFile) {
  const Blas blas = stand_in("other/libfast.so");
  EXPECT_EQ(blas.name, "libfast.so");
  EXPECT_EQ(warning_about(blas), "");
}

TEST(Blas, WhatIsInstalledIsAskedForWithoutKeepingIt) {
  ASSERT_FALSE(blas_in_use()) << "the host itself uses none";
  if (!installed_blas()) GTEST_SKIP() << "there is no libblas.so.3";
  EXPECT_FALSE(installed_blas()->name.empty());
  EXPECT_FALSE(blas_in_use());
}

TEST(Blas, WithoutOneThereIsNothingToWarnAbout) { EXPECT_EQ(warning_about(std::nullopt), ""); }

}  // namespace
}  // namespace tutti::run
