#include "nn/networks.hpp"

#include <gtest/gtest.h>

#include <set>

#include "nn/polyak.hpp"
#include "tutti/error.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

const std::vector<LayerSpec> kHidden{{8, Activation::kRelu}, {6, Activation::kTanh}};

Mlp small_stack(std::int64_t count, std::int64_t inputs = 5) {
  return {network_seeds(1, "test", count), inputs, layers(std::vector<std::int64_t>{8, 6}, Activation::kRelu, 2)};
}

TEST(Mlp, StackEqualsItsNetworksOneByOneInValuesAndGradients) {
  RandomStream random(2);
  const Tensor input = normal_tensor(random, {3, 4, 5}), direction = normal_tensor(random, {3, 4, 2});
  const Mlp stack = small_stack(3), other = small_stack(3);
  const Tensor together = stack(input);
  (together * direction).sum().backward();
  for (std::int64_t k = 0; k < 3; ++k) {
    const Tensor alone = other.network(k)(input.narrow(0, k, 1));
    EXPECT_TRUE(alone[0].allclose(together[k], 1e-6, 1e-6));
    (alone * direction.narrow(0, k, 1)).sum().backward();
  }
  EXPECT_GT(stack.block().gradient().abs().sum().item<double>(), 0);
  EXPECT_TRUE(stack.block().gradient().allclose(other.block().gradient(), 1e-6, 1e-6));
}

/// The same network from LibTorch's own operations, on leaves of its own.
struct PlainStack {
  std::vector<Tensor> parameters;
  std::vector<Activation> activations;

  Tensor operator()(Tensor x) const {
    for (std::size_t i = 0; i < activations.size(); ++i) {
      x = torch::matmul(x, parameters[2 * i]) + parameters[2 * i + 1].unsqueeze(1);
      if (activations[i] == Activation::kRelu) x = torch::relu(x);
      if (activations[i] == Activation::kTanh) x = torch::tanh(x);
      if (activations[i] == Activation::kMish) x = x * torch::tanh(torch::softplus(x));
      if (activations[i] == Activation::kGelu)
        x = x * (1 + torch::tanh(0.7978845608028654 * (x + 0.044715 * x.pow(3)))) / 2;
    }
    return x;
  }
};

struct Pair {
  Mlp ours;
  PlainStack plain;

  Pair(std::int64_t networks, Activation activation, Activation output)
      : ours(Mlp(network_seeds(1, "test", networks), 5, layers(std::vector<std::int64_t>{8, 6}, activation, 3, output))
                 .to(torch::kFloat64)),
        plain{{}, {activation, activation, output}} {
    for (std::size_t i = 0; i < 6; ++i) {
      plain.parameters.push_back(ours.block().tensor(i).detach().clone().requires_grad_(true));
    }
  }
};

class MlpWith : public testing::TestWithParam<std::pair<Activation, Activation>> {};

TEST_P(MlpWith, HasTheGradientsOfAutomaticDifferentiation) {
  const auto& [activation, output] = GetParam();
  for (const bool shared : {true, false}) {
    const Pair pair(2, activation, output);
    RandomStream random(4);
    const auto draw = [&](torch::IntArrayRef shape) { return normal_tensor(random, shape).to(torch::kFloat64); };
    const Tensor input = (shared ? draw({7, 5}) : draw({2, 7, 5})).requires_grad_(true);
    const Tensor twin = input.detach().clone().requires_grad_(true), direction = draw({2, 7, 3});
    const Tensor ours = pair.ours(input), theirs = pair.plain(twin);
    EXPECT_TRUE(ours.allclose(theirs, 1e-12, 1e-12));
    (ours * direction).sum().backward();
    (theirs * direction).sum().backward();
    EXPECT_TRUE(input.grad().allclose(twin.grad(), 1e-11, 1e-12));
    for (std::size_t i = 0; i < pair.plain.parameters.size(); ++i) {
      EXPECT_TRUE(pair.ours.block().tensor(i).grad().allclose(pair.plain.parameters[i].grad(), 1e-11, 1e-12)) << i;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(EveryActivation, MlpWith,
                         testing::Values(std::pair(Activation::kRelu, Activation::kIdentity),
                                         std::pair(Activation::kRelu, Activation::kTanh),
                                         std::pair(Activation::kTanh, Activation::kIdentity),
                                         std::pair(Activation::kMish, Activation::kIdentity),
                                         std::pair(Activation::kGelu, Activation::kIdentity)));

TEST(Mlp, GradientOfTheSmallerOfTwoValuesIsThatOfAutomaticDifferentiation) {
  const Pair pair(2, Activation::kRelu, Activation::kIdentity);
  RandomStream random(4);
  const Tensor input = normal_tensor(random, {9, 5}).to(torch::kFloat64).requires_grad_(true);
  const Tensor twin = input.detach().clone().requires_grad_(true);
  pair.ours.frozen()(input).amin(0).sum().backward();
  pair.plain(twin).amin(0).sum().backward();
  EXPECT_TRUE(input.grad().allclose(twin.grad(), 1e-11, 1e-12));
  EXPECT_EQ(pair.ours.block().gradient().abs().sum().item<double>(), 0);
}

TEST(Mlp, TwoPartsAreTheWholeInValuesAndInTheGradientOfTheSecond) {
  const Pair pair(2, Activation::kRelu, Activation::kIdentity);
  RandomStream random(5);
  const Tensor states = normal_tensor(random, {4, 3}).to(torch::kFloat64);
  const Tensor rest = normal_tensor(random, {12, 2}).to(torch::kFloat64).requires_grad_(true);
  const Tensor twin = rest.detach().clone().requires_grad_(true);
  const Tensor ours = pair.ours.continued(pair.ours.first_part(states), rest);
  const Tensor theirs = pair.plain(torch::cat({states.repeat_interleave(3, 0), twin}, 1));
  EXPECT_TRUE(ours.allclose(theirs, 1e-12, 1e-12));
  ours.square().sum().backward();
  theirs.square().sum().backward();
  EXPECT_TRUE(rest.grad().allclose(twin.grad(), 1e-11, 1e-12));
  EXPECT_EQ(pair.ours.block().gradient().abs().sum().item<double>(), 0);
}

TEST(Mlp, CountsTheParametersOfPublishedSizes) {
  const auto count = [](std::int64_t inputs, std::vector<std::int64_t> hidden, std::int64_t outputs) {
    return Mlp(network_seeds(1, "x", 1), inputs, layers(hidden, Activation::kRelu, outputs)).block().values().size(1);
  };
  EXPECT_EQ(count(63, {256, 256}, 4), 83'204);       // HARL's HATD3 actor for Ant 2x4, |o| = 63, d = 4
  EXPECT_EQ(count(105 + 8, {256, 256}, 1), 95'233);  // its critic, |s| = 105
  EXPECT_EQ(count(18, {256, 256}, 4), 71'684);       // HASAC's actor for |o| = 18, d = 2: two outputs each
}

TEST(Mlp, SameSeedGivesSameWeightsWhateverTheGlobalGeneratorDid) {
  const Mlp first = small_stack(2);
  torch::rand({100});
  EXPECT_TRUE(first.block().values().equal(small_stack(2).block().values()));
  EXPECT_FALSE(first.block().values()[0].equal(first.block().values()[1]));
}

TEST(Mlp, FrozenHandlePassesGradientsThroughButKeepsNone) {
  RandomStream random(3);
  const Mlp network = small_stack(2);
  const Tensor input = normal_tensor(random, {4, 5}).requires_grad_(true);
  network.frozen()(input).sum().backward();
  EXPECT_GT(input.grad().abs().sum().item<double>(), 0);
  EXPECT_EQ(network.block().gradient().abs().sum().item<double>(), 0);
  const Mlp frozen = network.frozen();
  network.block().values().fill_(0);
  EXPECT_EQ(frozen(input.detach()).abs().sum().item<double>(), 0) << "a frozen handle sees later weights";
}

TEST(Mlp, CloneKeepsItsWeightsWhenTheOriginalMoves) {
  const Mlp network = small_stack(1);
  const Mlp target = network.clone();
  const Tensor before = target.block().values().clone();
  network.block().values().add_(1);
  EXPECT_TRUE(target.block().values().equal(before));
  polyak_update(network, target, 0.25);
  EXPECT_TRUE(target.block().values().allclose(before + 0.25, 1e-6, 1e-6));
}

TEST(Mlp, SnapshotRestoresEveryBit) {
  const Mlp network = small_stack(2);
  SnapshotWriter writer;
  network.save(writer, "network");
  Mlp other(network_seeds(9, "other", 2), 5, layers(std::vector<std::int64_t>{8, 6}, Activation::kRelu, 2));
  SnapshotReader reader(writer.bytes());
  other.load(reader, "network");
  EXPECT_TRUE(other.block().values().equal(network.block().values()));
}

TEST(Initialisation, HasTheSpreadOfItsFramework) {
  RandomStream random(4);
  const auto weights = [&](Initialisation kind) {
    Tensor weight = torch::empty({100, 4000}), bias = torch::full({4000}, 7.0F);
    initialise(weight, bias, kind, random);
    return std::pair(weight, bias);
  };
  const auto [uniform, uniform_bias] = weights(Initialisation::kTorch);
  EXPECT_LE(uniform.abs().max().item<double>(), 0.1 + 1e-7);
  EXPECT_NEAR(uniform.std().item<double>(), 0.1 / std::sqrt(3.0), 2e-4);
  EXPECT_LE(uniform_bias.abs().max().item<double>(), 0.1 + 1e-7);
  EXPECT_GT(uniform_bias.abs().max().item<double>(), 0);
  const auto [lecun, lecun_bias] = weights(Initialisation::kLecun);
  EXPECT_NEAR(lecun.std().item<double>(), 0.1, 3e-4);
  EXPECT_LE(lecun.abs().max().item<double>(), 0.2 / 0.87962566 + 1e-6);
  EXPECT_EQ(lecun_bias.abs().max().item<double>(), 0);
  const auto [haiku, haiku_bias] = weights(Initialisation::kHaiku);
  EXPECT_NEAR(haiku.std().item<double>(), 0.087962566, 3e-4);
  EXPECT_EQ(haiku_bias.abs().max().item<double>(), 0);
}

const std::vector<AgentSpec> kEqual{{"a", 3, 2}, {"b", 3, 2}, {"c", 3, 2}};
const std::vector<AgentSpec> kMixed{{"a", 3, 2}, {"b", 4, 1}, {"c", 3, 2}, {"d", 3, 2}};

class AgentNetworksOf : public testing::TestWithParam<std::pair<std::vector<AgentSpec>, bool>> {};

TEST_P(AgentNetworksOf, AllAgentsAtOnceEqualOneByOneInValuesAndGradients) {
  const auto& [agents, share] = GetParam();
  const AgentNetworkSpec spec{.hidden = kHidden, .outputs_per_action = 2, .share_parameters = share};
  const AgentNetworks together(agents, spec, 5), apart(agents, spec, 5);
  std::int64_t observations = 0, actions = 0;
  for (const AgentSpec& agent : agents) {
    observations += agent.observation_size;
    actions += agent.action_size;
  }
  RandomStream random(6);
  const Tensor o = normal_tensor(random, {7, observations}), direction = normal_tensor(random, {2, 7, actions});
  const Tensor joint = together(o);
  ASSERT_EQ(joint.sizes(), torch::IntArrayRef({2, 7, actions}));
  (joint * direction).sum().backward();
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const auto columns = [&](const Tensor& t) { return t.narrow(2, apart.action_offset(i), apart.action_size(i)); };
    const Tensor alone = apart.agent(i, o);
    EXPECT_TRUE(alone.allclose(columns(joint), 1e-5, 1e-6)) << "agent " << i;
    (alone * columns(direction)).sum().backward();
  }
  const auto gradients = [](const AgentNetworks& networks) {
    std::vector<Tensor> all;
    for (const Weights& weights : networks.weights()) all.push_back(weights.gradient);
    return torch::cat(all);
  };
  EXPECT_GT(gradients(together).abs().sum().item<double>(), 0);
  EXPECT_TRUE(gradients(together).allclose(gradients(apart), 1e-4, 1e-5));
}
INSTANTIATE_TEST_SUITE_P(EqualAndMixedSizes, AgentNetworksOf,
                         testing::Values(std::pair(kEqual, false), std::pair(kEqual, true), std::pair(kMixed, false),
                                         std::pair(kMixed, true)));

TEST(AgentNetworks, AnAgentsFirstWeightsDoNotDependOnTheOthersSizes) {
  const AgentNetworkSpec spec{.hidden = kHidden};
  RandomStream random(8);
  const Tensor own = normal_tensor(random, {2, 3});
  const AgentNetworks equal(kEqual, spec, 5), mixed(kMixed, spec, 5);
  const Tensor in_equal = equal.agent(2, torch::cat({torch::zeros({2, 6}), own}, 1));
  const Tensor in_mixed = mixed.agent(2, torch::cat({torch::zeros({2, 7}), own, torch::zeros({2, 3})}, 1));
  EXPECT_TRUE(in_equal.allclose(in_mixed, 1e-6, 1e-6));
}

TEST(AgentNetworks, SharedActorsTellAgentsApartByTheirIdentity) {
  const AgentNetworks shared(kEqual, {.hidden = kHidden, .share_parameters = true}, 5);
  EXPECT_EQ(shared.weights_by_network().size(), 1U);
  EXPECT_EQ(shared.optimizer_of(2), 0U);
  const Tensor joint = shared(torch::ones({1, 9}))[0];
  EXPECT_FALSE(joint.narrow(1, 0, 2).allclose(joint.narrow(1, 2, 2)));
}

TEST(AgentNetworks, EveryAgentHasAnOptimizerEntryOfItsOwn) {
  const AgentNetworks mixed(kMixed, {.hidden = kHidden}, 5);
  std::set<std::size_t> entries;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t entry = mixed.optimizer_of(i);
    entries.insert(entry);
    mixed.agent(i, torch::ones({1, 13})).sum().backward();
    const Tensor gradient = mixed.weights_by_network().at(entry).gradient;
    EXPECT_GT(gradient.abs().sum().item<double>(), 0) << "agent " << i;
  }
  EXPECT_EQ(entries.size(), 4U);
}

TEST(AgentNetworks, ReplacesOneAgentsColumns) {
  const AgentNetworks mixed(kMixed, {.hidden = kHidden}, 5);
  const Tensor joint = mixed.replace(torch::zeros({1, 7}), 1, torch::ones({1, 1}));
  EXPECT_TRUE(joint.equal(torch::tensor({{0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F}})));
}

TEST(AgentNetworks, RefusesToBeMadeForNobody) { EXPECT_THROW(AgentNetworks({}, {.hidden = kHidden}, 5), Error); }

}  // namespace
}  // namespace tutti
