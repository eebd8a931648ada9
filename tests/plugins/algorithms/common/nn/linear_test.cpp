#include "nn/linear.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

#include "nn/matrix_product.hpp"
#include "tutti/error.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

/// The same layer by LibTorch's own operations.
Tensor reference(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation) {
  const Tensor before = torch::matmul(input, weight) + bias.unsqueeze(1);
  switch (activation) {
    case Activation::kRelu:
      return torch::relu(before);
    case Activation::kTanh:
      return torch::tanh(before);
    case Activation::kMish:
      return before * torch::tanh(torch::softplus(before));
    case Activation::kGelu:
      return 0.5 * before * (1 + torch::tanh(std::sqrt(2 / M_PI) * (before + 0.044715 * before.pow(3))));
    default:
      return before;
  }
}

struct Sizes {
  std::int64_t rows, inputs, outputs;
};

struct Case {
  bool shared_input;
  torch::ScalarType type;
  Activation activation;
  Sizes sizes;
};

class Linear : public testing::TestWithParam<Case> {
 protected:
  /// Values from a stream of our own, so that a failure repeats itself.
  Tensor draw(torch::IntArrayRef shape) {
    return normal_tensor(random_, shape).to(GetParam().type).requires_grad_(true);
  }
  RandomStream random_{7};
};

TEST_P(Linear, EqualsLibTorchInValuesAndGradients) {
  const auto [shared_input, type, activation, sizes] = GetParam();
  const auto [rows, inputs, outputs] = sizes;
  const Tensor input = shared_input ? draw({rows, inputs}) : draw({3, rows, inputs});
  const Tensor weight = draw({3, inputs, outputs}), bias = draw({3, outputs});
  const Tensor direction = draw({3, rows, outputs}).detach();
  const Tensor ours = linear(input, weight, bias, activation);
  const Tensor theirs = reference(input, weight, bias, activation);
  const double tolerance = type == torch::kFloat64 ? 1e-12 : 1e-5;
  const double absolute =
      tolerance * std::sqrt(static_cast<double>(std::max({rows, inputs, outputs})));  // of long sums
  EXPECT_TRUE(ours.allclose(theirs, tolerance, absolute));
  const auto our_gradients = torch::autograd::grad({(ours * direction).sum()}, {input, weight, bias});
  const auto their_gradients = torch::autograd::grad({(theirs * direction).sum()}, {input, weight, bias});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(our_gradients[i].allclose(their_gradients[i], tolerance, absolute)) << "input " << i;
  }
}

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const bool shared : {false, true}) {
    for (const auto type : {torch::kFloat32, torch::kFloat64}) {
      for (const auto activation :
           {Activation::kIdentity, Activation::kRelu, Activation::kTanh, Activation::kMish, Activation::kGelu}) {
        result.push_back({shared, type, activation, {5, 7, 4}});
      }
    }
  }
  // Beyond the vector width and the blocks of a product, with remainders in every dimension.
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    result.push_back({false, type, Activation::kRelu, {257, 129, 300}});
    result.push_back({true, type, Activation::kGelu, {257, 129, 300}});
    for (const std::int64_t outputs : {1, 2, 3, 4})
      result.push_back({false, type, Activation::kTanh, {67, 37, outputs}});
  }
  return result;
}
INSTANTIATE_TEST_SUITE_P(EveryCase, Linear, testing::ValuesIn(cases()));

TEST(Linear, AddsWhatItIsGivenBeforeTheActivation) {
  RandomStream random(11);
  const auto draw = [&](torch::IntArrayRef shape) {
    return normal_tensor(random, shape).to(torch::kFloat64).requires_grad_(true);
  };
  const Tensor input = draw({2, 6, 3}), weight = draw({2, 3, 4}), bias = draw({2, 4}), addend = draw({2, 6, 4});
  const Tensor ours = linear(input, weight, bias, Activation::kMish, addend);
  const Tensor before = torch::matmul(input, weight) + bias.unsqueeze(1) + addend;
  const Tensor theirs = before * torch::tanh(torch::softplus(before));
  EXPECT_TRUE(ours.allclose(theirs, 1e-12, 1e-12));
  const std::vector<Tensor> inputs{input, weight, bias, addend};
  const auto our_gradients = torch::autograd::grad({ours.square().sum()}, inputs);
  const auto their_gradients = torch::autograd::grad({theirs.square().sum()}, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(our_gradients[i].allclose(their_gradients[i], 1e-12, 1e-12)) << "input " << i;
  }
}

TEST(Linear, AddsEachRowOfTheAddendToTheRowsThatItServes) {
  RandomStream random(12);
  const Tensor input = normal_tensor(random, {2, 6, 3}), weight = normal_tensor(random, {2, 3, 4});
  const Tensor bias = normal_tensor(random, {2, 4}), addend = normal_tensor(random, {2, 2, 4});
  const Tensor repeated = addend.repeat_interleave(3, 1);
  EXPECT_TRUE(linear(input, weight, bias, Activation::kRelu, addend)
                  .equal(linear(input, weight, bias, Activation::kRelu, repeated)));
  EXPECT_THROW(linear(input, weight, bias, Activation::kRelu, normal_tensor(random, {2, 4, 4})), c10::Error);
}

TEST(Linear, ReadsStridedRowsWithoutACopyOfItsOwn) {
  RandomStream random(1);
  const Tensor joint = normal_tensor(random, {6, 3 * 4});  // three agents' observations side by side
  const Tensor input = joint.view({6, 3, 4}).transpose(0, 1);
  const Tensor weight = normal_tensor(random, {3, 4, 2}), bias = normal_tensor(random, {3, 2});
  EXPECT_TRUE(linear(input, weight, bias).allclose(linear(input.contiguous(), weight, bias)));
}

TEST(Linear, KeepsANotANumberThroughRelu) {
  const Tensor weight = torch::ones({1, 1, 1}), bias = torch::zeros({1, 1});
  const Tensor result = linear(torch::full({1, 1}, std::nanf("")), weight, bias, Activation::kRelu);
  EXPECT_TRUE(std::isnan(result.item<double>()));
}

TEST(Linear, GivesNoGradientToWeightsThatNeedNone) {
  const Tensor input = torch::ones({2, 3}).requires_grad_(true);
  const Tensor weight = torch::ones({1, 3, 1}), bias = torch::zeros({1, 1});
  linear(input, weight, bias).sum().backward();
  EXPECT_TRUE(input.grad().allclose(torch::ones({2, 3})));
  EXPECT_FALSE(weight.grad().defined());
}

TEST(Linear, RefusesAnInputOfAnotherWidth) {
  EXPECT_THROW(linear(torch::ones({2, 3}), torch::ones({1, 4, 1}), torch::zeros({1, 1})), c10::Error);
}

TEST(MatrixProduct, NamesTheLibraryWithItsVersion) {
  const auto [name, version] = product_library();
  EXPECT_TRUE(name == "oneDNN" || name == "BLAS of LibTorch") << name;
  EXPECT_TRUE(std::ranges::any_of(version, [](unsigned char c) { return std::isdigit(c); })) << version;
}

TEST(MatrixProduct, NamesTheInstructionsThatOneDnnIsHeldTo) {
  const auto [name, version] = product_library();
  if (name != "oneDNN") GTEST_SKIP() << "products are computed by " << name;
  const char* limit = std::getenv("ONEDNN_MAX_CPU_ISA");
  const std::string instructions = version.substr(version.find(' ') + 1);
  if (limit != nullptr && std::string(limit) == "SSE41") {
    EXPECT_EQ(instructions, "(SSE4.1)");
  } else {
    const std::vector<std::string> known{"(AVX-512)", "(AVX2)", "(AVX)", "(SSE4.1)"};
    EXPECT_TRUE(std::ranges::count(known, instructions) == 1) << version;
  }
}

TEST(MatrixProduct, EqualsLibTorchForEveryTranspositionAndAccumulation) {
  RandomStream random(3);
  for (const auto& [rows, inner, columns] :
       std::initializer_list<Sizes>{{5, 6, 4}, {6, 5, 1}, {11, 37, 2}, {40, 70, 3}, {70, 9, 5}}) {
    for (const bool a_transposed : {false, true}) {
      for (const bool b_transposed : {false, true}) {
        const Tensor a = normal_tensor(random, {rows, inner}), b = normal_tensor(random, {inner, columns});
        const Tensor a_stored = a_transposed ? a.t().contiguous() : a, b_stored = b_transposed ? b.t().contiguous() : b;
        const Factor<float> left{a_stored.data_ptr<float>(), a_stored.size(1), a_transposed};
        const Factor<float> right{b_stored.data_ptr<float>(), b_stored.size(1), b_transposed};
        Tensor c = torch::ones({rows, columns + 1});  // its last column belongs to somebody else
        const Tensor own = c.narrow(1, 0, columns), product = torch::mm(a, b);
        matrix_product<float>(rows, columns, inner, left, right, c.data_ptr<float>(), c.stride(0), /*accumulate=*/true);
        EXPECT_TRUE(own.allclose(product + 1, 1e-5, 1e-5)) << rows << " " << inner << " " << columns;
        matrix_product<float>(rows, columns, inner, left, right, c.data_ptr<float>(), c.stride(0));
        EXPECT_TRUE(own.allclose(product, 1e-5, 1e-5)) << rows << " " << inner << " " << columns;
        EXPECT_TRUE(c.select(1, columns).equal(torch::ones({rows})));
      }
    }
  }
}

TEST(MatrixProduct, IsZeroWithoutAnInnerDimension) {
  Tensor c = torch::ones({2, 3});
  matrix_product<float>(2, 3, 0, {nullptr, 1, false}, {nullptr, 3, false}, c.data_ptr<float>(), 3);
  EXPECT_EQ(c.abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace tutti
