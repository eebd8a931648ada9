#include "learning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nn/matrix_product.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

TEST(PerceptronWeights, AreThoseOfTheNetwork) {
  const IntegerList hidden{8, 6};
  const Mlp network(network_seeds(1, "test", 1), 5, layers(hidden, Activation::kRelu, 2));
  EXPECT_EQ(perceptron_weights(5, hidden, 2), network.block().values().numel());
  EXPECT_EQ(perceptron_weights(5, {}, 2), 12);
}

TEST(Learning, ANumberThatIsNotFiniteNamesUpdateAndQuantity) {
  EXPECT_EQ(require_finite(1.5, "critic_loss", 7), 1.5);
  try {
    require_finite(std::nan(""), "critic_loss", 7);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "update 7: critic_loss is nan, not a finite number");
  }
}

TEST(Learning, RefusesABatchThatIsLargerThanTheBuffer) {
  EXPECT_NO_THROW(check_batch(10, 10));
  EXPECT_THROW(check_batch(11, 10), Error);
}

TEST(Learning, RefusesWidthsThatNobodyCanMean) {
  EXPECT_NO_THROW(check_widths("hidden", {}));
  EXPECT_NO_THROW(check_widths("hidden", {4096, 4096, 4096, 4096}));
  EXPECT_NO_THROW(check_widths("hidden", {16384, 4096}));
  EXPECT_THROW(check_widths("hidden", {16384, 4097}), Error);
  EXPECT_THROW(check_widths("hidden", std::vector<std::int64_t>(65, 1)), Error);
}

TEST(Learning, ReportsTheLibrariesAtRunTime) {
  std::vector<LibraryVersion> libraries;
  report_libraries(libraries);
  ASSERT_EQ(libraries.size(), 3U);
  EXPECT_EQ(libraries[0].name, "LibTorch");
  EXPECT_EQ(libraries[1].name, "LibTorch's kernels");
  EXPECT_NE(at::show_config().find("CPU capability usage: " + libraries[1].version + "\n"), std::string::npos);
  EXPECT_EQ(libraries[2].name, product_library().name);
  EXPECT_EQ(libraries[2].version, product_library().version);
}

TEST(Learning, BothOrdersOfTwoAgentsAreEquallyLikely) {
  RandomStream random(1);
  int swapped = 0;
  for (int draw = 0; draw < 10'000; ++draw) {
    std::vector<std::size_t> order{0, 1};
    shuffle(order, random);
    swapped += order[0] == 1;
  }
  EXPECT_NEAR(swapped / 10'000.0, 0.5, 0.02);
}

TEST(ValuesAtStates, AreTheCriticsValuesAndHaveTheirGradientInTheActions) {
  const std::vector<std::uint64_t> seeds{1, 2};
  const std::int64_t hidden[] = {16, 16};
  const Mlp critics(seeds, 7, layers(hidden, Activation::kRelu, 1));
  RandomStream random(3);
  const torch::Tensor states = normal_tensor(random, {4, 5});
  const torch::Tensor actions = normal_tensor(random, {4, 2}).requires_grad_(true);
  const torch::Tensor ours = ValuesAtStates(critics, states)(actions);
  const torch::Tensor whole = critic_values(critics.frozen(), states, actions);
  EXPECT_TRUE(ours.allclose(whole, 1e-5, 1e-6));
  const torch::Tensor our_gradient = torch::autograd::grad({ours.square().sum()}, {actions})[0];
  EXPECT_TRUE(our_gradient.allclose(torch::autograd::grad({whole.square().sum()}, {actions})[0], 1e-4, 1e-6));
  EXPECT_EQ(critics.block().gradient().abs().sum().item<float>(), 0);
}

TEST(ValuesAtStates, ServeSeveralActionsForEachStateSideBySideOrInBlocks) {
  const std::vector<std::uint64_t> seeds{1, 2};
  const std::int64_t hidden[] = {16};
  const Mlp critics(seeds, 7, layers(hidden, Activation::kMish, 1));
  RandomStream random(4);
  const torch::Tensor states = normal_tensor(random, {4, 5}), actions = normal_tensor(random, {12, 2});
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(ValuesAtStates(critics, states)(actions).allclose(
      critic_values(critics, states.repeat_interleave(3, 0), actions), 1e-5, 1e-6));
  EXPECT_TRUE(ValuesAtStates(critics, states, 3)(actions).allclose(
      critic_values(critics, states.repeat({3, 1}), actions), 1e-5, 1e-6));
}

}  // namespace
}  // namespace tutti
