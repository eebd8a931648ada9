#include "devices.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "learning.hpp"
#include "nn/operators.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

/// Keeps what is added, whatever its name.
struct Added final : Metrics {
  std::vector<double> values;
  void add(std::string_view, double value) override { values.push_back(value); }
  bool wanted(std::string_view) const override { return values.empty(); }
};

Devices driver(const std::string& file) {
  Devices found;
  report_driver(std::filesystem::path(TUTTI_BINARY_DIR) / "fixtures/cuda" / file, found);
  return found;
}

TEST(Devices, ADriverNamesItsDevicesAndItself) {
  const Devices found = driver("two.so");
  ASSERT_EQ(found.cuda.size(), 2U);
  EXPECT_EQ(found.cuda[0].name, "Fixture 0");
  EXPECT_EQ(found.cuda[1].name, "Fixture 1");
  EXPECT_EQ(found.cuda[1].memory_bytes, 2'000'000'001);
  EXPECT_EQ(found.problem, "");
  ASSERT_EQ(found.libraries.size(), 1U);
  EXPECT_EQ(found.libraries[0].name, "CUDA driver");
  EXPECT_NE(found.libraries[0].version.find("for CUDA 12.4"), std::string::npos) << found.libraries[0].version;
}

TEST(Devices, NoDriverAndADriverWithoutDevicesAreToldApart) {
  EXPECT_TRUE(driver("nowhere.so").problem.starts_with("no CUDA device is visible, since there is no driver"));
  EXPECT_TRUE(driver("none.so").problem.starts_with("no CUDA device is visible: the driver shows none"));
  EXPECT_TRUE(driver("none.so").cuda.empty());
}

TEST(Devices, ALibTorchWithoutCudaSaysSoAndSoDoesARun) {
  Devices found;
  report_devices(found);
  if (found.built_with_cuda) GTEST_SKIP() << "this LibTorch was built with CUDA";
  EXPECT_NE(found.problem.find("was built without CUDA"), std::string::npos) << found.problem;
  EXPECT_TRUE(found.cuda.empty());
  EnvironmentSpec spec;
  ParameterValues values;
  try {
    prepare_device({.environment = spec, .task = "", .values = values, .folder = {}, .device = "cuda:0"});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no device \"cuda:0\": its LibTorch"), std::string::npos) << error.what();
  }
}

TEST(Devices, TheCpuNeedsNoPreparation) {
  EnvironmentSpec spec;
  ParameterValues values;
  EXPECT_NO_THROW(prepare_device({.environment = spec, .task = "", .values = values, .folder = {}}));
}

TEST(Operators, ComputeOnTheCpuOnlyWhileTheyAreAskedTo) {
  const bool before = by_operators(torch::zeros({1}));
  {
    const OperatorsEverywhere everywhere, twice;
    EXPECT_TRUE(by_operators(torch::zeros({1})));
  }
  EXPECT_EQ(by_operators(torch::zeros({1})), before);
}

TEST(ReportFinite, AddsEveryValueOfTheCpuAndRefusesWhatIsNone) {
  Added metrics;
  report_finite(metrics, "loss", torch::scalar_tensor(2.0), 1);
  report_finite(metrics, "loss", torch::scalar_tensor(4.0), 2);
  EXPECT_EQ(metrics.values, (std::vector<double>{2, 4}));
  try {
    report_finite(metrics, "loss", torch::scalar_tensor(std::nan("")), 3);
    FAIL() << "accepted";
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "update 3: loss is nan, not a finite number");
  }
}

}  // namespace
}  // namespace tutti
