#include "nn/adam.hpp"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

/// Gradients of a few steps, the same for both optimizers.
std::vector<Tensor> gradients(std::int64_t count, torch::ScalarType type) {
  RandomStream random(1);
  std::vector<Tensor> result;
  for (int step = 0; step < 20; ++step) result.push_back(normal_tensor(random, {count}).to(type));
  return result;
}

TEST(Adam, EqualsLibTorchs) {
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    Tensor ours = torch::ones({37}, type), theirs = torch::ones({37}, type).requires_grad_(true);
    const Weights weights{ours, torch::zeros_like(ours)};
    Adam adam({weights}, {.learning_rate = 0.01, .beta1 = 0.5, .beta2 = 0.99});
    torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(0.01).betas({0.5, 0.99}));
    for (const Tensor& gradient : gradients(37, type)) {
      weights.gradient.copy_(gradient);
      theirs.mutable_grad() = gradient.clone();
      adam.step();
      reference.step();
    }
    const double tolerance = type == torch::kFloat64 ? 1e-13 : 1e-6;
    EXPECT_TRUE(ours.allclose(theirs, tolerance, tolerance)) << type;
  }
}

TEST(Adam, MovesOnlyTheEntryItIsAskedTo) {
  const Weights first{torch::ones({3}), torch::ones({3})}, second{torch::ones({3}), torch::ones({3})};
  Adam adam({first, second}, {.learning_rate = 0.1});
  adam.step(1);
  EXPECT_TRUE(first.values.equal(torch::ones({3})));
  EXPECT_TRUE(second.values.allclose(torch::full({3}, 0.9F)));  // the first step has the length of the rate
}

TEST(Adam, CutsElementsAndCountsANotANumberAsZero) {
  const Weights weights{torch::zeros({3}), torch::tensor({100.0F, std::nanf(""), -0.5F})};
  const Weights cut{torch::zeros({3}), torch::tensor({1.0F, 0.0F, -0.5F})};
  Adam adam({weights}, {.learning_rate = 0.1, .element_limit = 1}), reference({cut}, {.learning_rate = 0.1});
  // The second step tells the sizes apart, which the first one of Adam does not.
  for (int step = 0; step < 2; ++step) {
    adam.step();
    reference.step();
    weights.gradient.mul_(0.5);
    cut.gradient.copy_(torch::tensor({1.0F, 0.0F, -0.25F}));
  }
  EXPECT_TRUE(weights.values.allclose(cut.values)) << weights.values << cut.values;
}

TEST(Adam, ScalesTheGradientOfAllEntriesToTheNorm) {
  const Weights first{torch::zeros({1}), torch::tensor({3.0F})}, second{torch::zeros({1}), torch::tensor({4.0F})};
  Adam adam({first, second}, {.learning_rate = 0.1, .beta1 = 0, .beta2 = 0, .epsilon = 1.0, .norm_limit = 1});
  EXPECT_NEAR(adam.gradient_norm(), 5, 1e-6);
  EXPECT_NEAR(adam.gradient_norm(1), 4, 1e-6);
  adam.step();  // g / (|g| + 1) with g = 0.6 and 0.8
  EXPECT_NEAR(first.values.item<double>(), -0.1 * 0.6 / 1.6, 1e-6);
  EXPECT_NEAR(second.values.item<double>(), -0.1 * 0.8 / 1.8, 1e-6);
}

TEST(Adam, NormOfLargeElementsIsFinite) {
  Weights weights{torch::zeros({2}), torch::tensor({3e25F, 4e25F})};
  EXPECT_NEAR(Adam({weights}, {}).gradient_norm() / 5e25, 1, 1e-6);
}

TEST(Adam, ContinuesFromASnapshotBitForBit) {
  const Weights one{torch::ones({5}), torch::zeros({5})};
  Adam adam({one}, {.learning_rate = 0.01});
  const std::vector<Tensor> all = gradients(5, torch::kFloat32);
  for (std::size_t step = 0; step < 10; ++step) {
    one.gradient.copy_(all[step]);
    adam.step();
  }
  SnapshotWriter writer;
  adam.save(writer, "adam");
  const Weights two{one.values.clone(), torch::zeros({5})};
  Adam restored({two}, {.learning_rate = 0.01});
  SnapshotReader reader(writer.bytes());
  restored.load(reader, "adam");
  for (std::size_t step = 10; step < 20; ++step) {
    one.gradient.copy_(all[step]);
    two.gradient.copy_(all[step]);
    adam.step();
    restored.step();
  }
  EXPECT_TRUE(one.values.equal(two.values));
}

}  // namespace
}  // namespace tutti
