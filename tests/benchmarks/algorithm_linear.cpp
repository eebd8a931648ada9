// The linear product, forward and backward, beside LibTorch's own in the same run: compare `linear` with `libtorch` of
// equal arguments (rows, width).
#include <benchmark/benchmark.h>

#include "learning.hpp"
#include "nn/linear.hpp"

namespace tutti {
namespace {

using torch::Tensor;

struct Layer {
  Tensor input, weight, bias, direction;

  explicit Layer(const benchmark::State& state) {
    use_one_thread();
    RandomStream random(1);
    const std::int64_t rows = state.range(0), width = state.range(1);
    input = normal_tensor(random, {1, rows, width}).requires_grad_(true);
    weight = normal_tensor(random, {1, width, width}).requires_grad_(true);
    bias = normal_tensor(random, {1, width}).requires_grad_(true);
    direction = normal_tensor(random, {1, rows, width});
  }
  void forget_gradients() {
    for (Tensor* tensor : {&input, &weight, &bias}) tensor->mutable_grad() = Tensor();
  }
};

/// Three products: forward, gradient of the input, gradient of the weight.
void count(benchmark::State& state) {
  const auto rows = static_cast<double>(state.range(0)), width = static_cast<double>(state.range(1));
  state.counters["FLOP/s"] =
      benchmark::Counter(6 * rows * width * width, benchmark::Counter::kIsIterationInvariantRate);
}

void linear_ours(benchmark::State& state) {
  Layer layer(state);
  for (auto _ : state) {
    linear(layer.input, layer.weight, layer.bias, Activation::kRelu).backward(layer.direction);
    layer.forget_gradients();
  }
  count(state);
}

void linear_libtorch(benchmark::State& state) {
  Layer layer(state);
  for (auto _ : state) {
    torch::relu(torch::baddbmm(layer.bias.unsqueeze(1), layer.input, layer.weight)).backward(layer.direction);
    layer.forget_gradients();
  }
  count(state);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({256, 128})->Args({256, 256})->Args({1000, 256})->Args({256, 1024})->Unit(benchmark::kMicrosecond);
}
BENCHMARK(linear_ours)->Name("linear")->Apply(sizes);
BENCHMARK(linear_libtorch)->Name("libtorch")->Apply(sizes);

}  // namespace
}  // namespace tutti
