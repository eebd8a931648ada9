#include "nn/gelu.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "common/central_differences.hpp"

namespace tutti {
namespace {

torch::Tensor many_values() {
  return torch::cat({torch::linspace(-12, 12, 20'001), torch::tensor({-1e4F, -100.0F, 100.0F, 1e4F})});
}

TEST(Gelu, EqualsTheLibrarysTanhApproximation) {
  const torch::Tensor x = many_values();
  EXPECT_TRUE(torch::allclose(tutti::gelu(x), at::gelu(x, "tanh"), 1e-6, 1e-6));
}

TEST(Gelu, GradientEqualsTheLibrarys) {
  const torch::Tensor x = many_values(), gradient = torch::ones_like(x);
  EXPECT_TRUE(torch::allclose(gelu_gradient(gradient, x), at::gelu_backward(gradient, x, "tanh"), 1e-5, 2e-6));
}

TEST(Gelu, IsDifferentiableInBothPrecisions) {
  for (const torch::ScalarType type : {torch::kFloat32, torch::kFloat64}) {
    const torch::Tensor x = torch::linspace(-3, 3, 13, type).set_requires_grad(true);
    tutti::gelu(x).sum().backward();
    const torch::Tensor expected = at::gelu_backward(torch::ones({13}, type), x.detach(), "tanh");
    EXPECT_LT(relative_error(x.grad(), expected), 1e-6);
  }
}

TEST(Gelu, KeepsWhatIsNotANumber) {
  const torch::Tensor x = torch::full({9}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(tutti::gelu(x).isnan().all().item<bool>());
  EXPECT_TRUE(gelu_gradient(torch::ones_like(x), x).isnan().all().item<bool>());
}

}  // namespace
}  // namespace tutti
