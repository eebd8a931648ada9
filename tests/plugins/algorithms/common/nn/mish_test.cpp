#include "nn/mish.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tutti {
namespace {

// Every tenth of the range in which mish is neither 0 nor x, and its ends.
torch::Tensor test_values() {
  return torch::cat({torch::linspace(-90, 90, 1801), torch::tensor({-1e30F, 0.0F, 1e30F})});
}

TEST(Mish, EqualsXTanhSoftplusX) {
  const torch::Tensor x = test_values();
  const torch::Tensor exact = x.to(torch::kFloat64) * torch::tanh(torch::log1p(torch::exp(x.to(torch::kFloat64))));
  torch::Tensor result = x.clone();
  mish_in_place(result);
  const torch::Tensor finite = exact.isfinite();
  const torch::Tensor error = (result - exact).abs() / (1 + exact.abs());
  EXPECT_LT(error.masked_select(finite).max().item<double>(), 1e-6);
  EXPECT_EQ(result[-1].item<float>(), 1e30F);
}

TEST(Mish, GradientEqualsThatOfDoublePrecisionDifferentiation) {
  torch::Tensor x = torch::linspace(-30, 30, 1201, torch::kFloat64).set_requires_grad(true);
  (x * torch::tanh(torch::log1p(torch::exp(x)))).sum().backward();
  const torch::Tensor values = x.detach().to(torch::kFloat32);
  const torch::Tensor gradient = mish_gradient(torch::ones_like(values), values);
  EXPECT_LT((gradient - x.grad()).abs().max().item<double>(), 2e-6);
}

TEST(Mish, KeepsNotANumber) {
  torch::Tensor x = torch::full({9}, std::numeric_limits<float>::quiet_NaN());
  mish_in_place(x);
  EXPECT_TRUE(x.isnan().all().item<bool>());
}

}  // namespace
}  // namespace tutti
