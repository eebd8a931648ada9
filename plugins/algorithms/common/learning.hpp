// Small things that every learning algorithm needs once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "nn/networks.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// One compute thread for LibTorch and oneDNN: at these network sizes more threads only wait for each other.
void use_one_thread();

/// Adds `value`, a tensor of one element: on the CPU of every update, on a GPU only of the first one of each row, since
/// looking at a number there waits for all that was asked before. `update` counts from 1. Throws NotFiniteError.
void report_finite(Metrics& metrics, std::string_view name, const torch::Tensor& value, std::int64_t update);

/// Weights and biases of one perceptron.
std::int64_t perceptron_weights(std::int64_t inputs, const std::vector<std::int64_t>& hidden, std::int64_t outputs);

/// Bytes of so many weights with their gradients, both moments of Adam and a target network.
constexpr std::int64_t bytes_of_weights(std::int64_t count) {
  return 5 * count * static_cast<std::int64_t>(sizeof(float));
}

/// LibTorch with the version of its headers, oneDNN with the version and the instructions that it reports.
void report_libraries(std::vector<LibraryVersion>& out);

/// `value` as it is; throws NotFiniteError naming the update and the quantity if it is not finite.
double require_finite(double value, std::string_view quantity, std::int64_t update);

/// Throws Error if layers of these widths, those of the parameter `name`, are too many or too wide to be meant: their
/// weights would take all memory.
void check_widths(const char* name, const std::vector<std::int64_t>& widths);

/// Hidden layers for an IntegerList parameter. Throws Error if a width is not positive.
std::vector<LayerSpec> hidden_layers(const std::vector<std::int64_t>& widths, Activation activation);

/// Q_c(state, joint action) of K stacked critics, [K, B].
torch::Tensor critic_values(const Mlp& critics, const torch::Tensor& states, const torch::Tensor& actions);

/// Q_c(s, .) of K critics at fixed states [B, S], without gradient of states or weights: what the first layer makes of
/// the states is computed once and serves every joint action.
class ValuesAtStates {
 public:
  /// With `blocks` the actions come in so many blocks of B rows.
  ValuesAtStates(const Mlp& critics, const torch::Tensor& states, std::int64_t blocks = 1);

  /// [R, A] -> [K, R]; R is a multiple of the states' rows, and actions at the same state follow each other.
  torch::Tensor operator()(const torch::Tensor& actions) const {
    return critics_.continued(of_states_, actions).squeeze(2);
  }

 private:
  Mlp critics_;
  torch::Tensor of_states_;
};

/// Throws Error unless a batch fits into the buffer.
void check_batch(std::int64_t batch_size, std::int64_t buffer_size);

/// Puts `order` into a random order (Fisher, Yates); every one is equally likely.
void shuffle(std::vector<std::size_t>& order, RandomStream& random);

/// Writes uniform random actions in [-1, 1].
inline void act_at_random(RandomStream& random, Rows<float> actions) {
  random.fill_uniform(actions.all(), -1.0F, 1.0F);
}

}  // namespace tutti
