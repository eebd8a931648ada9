#include "learning.hpp"

#include <cmath>
#include <string>

#include "nn/matrix_product.hpp"
#include "tutti/error.hpp"
#include "tutti/torch_version.hpp"

namespace tutti {
namespace {

constexpr std::size_t kMostLayers = 64;
// Between hidden layers, of one network: 256 MB, and several times that with its optimiser, its target and its twin.
constexpr std::int64_t kMostWeights = std::int64_t{1} << 26;

}  // namespace

void use_one_thread() {
  if (torch::get_num_threads() != 1) torch::set_num_threads(1);
}

void report_libraries(std::vector<LibraryVersion>& out) {
  report_torch(out);
  out.push_back(product_library());
}

void report_finite(Metrics& metrics, std::string_view name, const torch::Tensor& value, std::int64_t update) {
  if (!value.is_cpu() && !metrics.wanted(name)) return;
  metrics.add(name, require_finite(value.item<double>(), name, update));
}

double require_finite(double value, std::string_view quantity, std::int64_t update) {
  if (std::isfinite(value)) return value;
  throw NotFiniteError("update " + std::to_string(update) + ": " + std::string(quantity) + " is " +
                       std::to_string(value) + ", not a finite number");
}

std::int64_t perceptron_weights(std::int64_t inputs, const std::vector<std::int64_t>& hidden, std::int64_t outputs) {
  std::int64_t count = 0;
  for (const std::int64_t width : hidden) {
    count += (inputs + 1) * width;
    inputs = width;
  }
  return count + (inputs + 1) * outputs;
}

void check_widths(const char* name, const std::vector<std::int64_t>& widths) {
  if (widths.size() > kMostLayers) {
    throw Error(std::string(name) + " has " + std::to_string(widths.size()) + " layers; expected at most " +
                std::to_string(kMostLayers));
  }
  std::int64_t weights = 0;  // each width is at most 16384, so that no product overflows
  for (std::size_t layer = 1; layer < widths.size(); ++layer) weights += widths[layer - 1] * widths[layer];
  if (weights <= kMostWeights) return;
  throw Error(std::string(name) + " makes " + std::to_string(weights) +
              " weights between hidden layers of one network; expected at most " + std::to_string(kMostWeights));
}

std::vector<LayerSpec> hidden_layers(const std::vector<std::int64_t>& widths, Activation activation) {
  std::vector<LayerSpec> result;
  for (const std::int64_t width : widths) {
    if (width < 1) throw Error("a hidden layer has " + std::to_string(width) + " units; expected at least 1");
    result.push_back({width, activation});
  }
  return result;
}

torch::Tensor critic_values(const Mlp& critics, const torch::Tensor& states, const torch::Tensor& actions) {
  return critics(torch::cat({states, actions}, 1)).squeeze(2);
}

ValuesAtStates::ValuesAtStates(const Mlp& critics, const torch::Tensor& states, std::int64_t blocks)
    : critics_(critics), of_states_(critics.first_part(states)) {
  if (blocks > 1) of_states_ = of_states_.repeat({1, blocks, 1});
}

void check_batch(std::int64_t batch_size, std::int64_t buffer_size) {
  if (batch_size <= buffer_size) return;
  throw Error("batch_size is " + std::to_string(batch_size) + ", but buffer_size is only " +
              std::to_string(buffer_size) + "; a batch has to fit into the buffer");
}

void shuffle(std::vector<std::size_t>& order, RandomStream& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.index(i)]);
}

}  // namespace tutti
