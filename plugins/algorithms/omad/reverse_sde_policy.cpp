#include "omad/reverse_sde_policy.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nn/operators.hpp"

namespace tutti {
namespace {

// Places in the block; hidden layer l >= 1 has its matrix and bias at kHidden + 2 (l - 1), the output layer follows.
enum : std::size_t {
  kPhase,
  kTimeWeight1,
  kTimeBias1,
  kTimeWeight2,
  kTimeBias2,
  kPositionWeight,  // the three parts of the first layer, and its bias
  kObservationWeight,
  kTimeWeight,
  kFirstBias,
  kHidden,
};

constexpr double kScoreLimit = 1e4;
constexpr double kOutputWeight = 1e-8;  // nearly no score at first, but one that can be learned

WeightBlock::Shapes shapes_of(std::int64_t observation_size, std::int64_t action_size,
                              const ReverseSdePolicyOptions& options) {
  const std::int64_t width = options.width;
  WeightBlock::Shapes shapes = {{width},
                                {2 * width, width},
                                {width},
                                {width, width},
                                {width},
                                {action_size, width},
                                {observation_size, width},
                                {width, width},
                                {width}};
  for (std::int64_t layer = 1; layer < options.hidden_layers; ++layer) {
    shapes.push_back({width, width});
    shapes.push_back({width});
  }
  shapes.push_back({width, action_size});
  shapes.push_back({action_size});
  return shapes;
}

// The first layer is drawn as one matrix: its three parts have the same scale.
void initialise_network(const WeightBlock& block, std::int64_t hidden_layers, RandomStream& random) {
  const torch::NoGradGuard no_grad;
  const auto tensor = [&](std::size_t index) { return block.tensor(index).select(0, 0).detach(); };
  const auto draw = [&](std::size_t weight, std::size_t bias) {
    initialise(tensor(weight), tensor(bias), Initialisation::kLecun, random);
  };
  draw(kTimeWeight1, kTimeBias1);
  draw(kTimeWeight2, kTimeBias2);
  torch::Tensor first = torch::cat({tensor(kPositionWeight), tensor(kObservationWeight), tensor(kTimeWeight)}, 0);
  initialise(first, tensor(kFirstBias), Initialisation::kLecun, random);
  std::int64_t row = 0;
  for (const std::size_t part : {kPositionWeight, kObservationWeight, kTimeWeight}) {
    torch::Tensor matrix = tensor(part);
    matrix.copy_(first.narrow(0, row, matrix.size(0)));
    row += matrix.size(0);
  }
  std::size_t place = kHidden;
  for (std::int64_t layer = 1; layer < hidden_layers; ++layer, place += 2) draw(place, place + 1);
  tensor(place).fill_(kOutputWeight);
}

/// `gradient` where the score was not cut, 0 elsewhere.
torch::Tensor within_limits(const torch::Tensor& score, const torch::Tensor& gradient) {
  if (by_operators(score)) return gradient.masked_fill((score.abs() < kScoreLimit).logical_not(), 0);
  const torch::Tensor result = torch::empty_like(score);
  AT_DISPATCH_FLOATING_TYPES(score.scalar_type(), "within_limits", [&] {
    const auto *values = score.data_ptr<scalar_t>(), *behind = gradient.data_ptr<scalar_t>();
    for (std::int64_t i = 0; i < score.numel(); ++i) {
      result.data_ptr<scalar_t>()[i] = std::abs(values[i]) < static_cast<scalar_t>(kScoreLimit) ? behind[i] : 0;
    }
  });
  return result;
}

}  // namespace

ScoreNetwork::ScoreNetwork(std::span<const std::uint64_t> seeds, std::int64_t observation_size,
                           std::int64_t action_size, const ReverseSdePolicyOptions& options,
                           const torch::TensorOptions& tensors)
    : steps_(options.chain.steps),
      hidden_layers_(options.hidden_layers),
      angles_((torch::arange(options.chain.steps, tensors).unsqueeze(-1) *
               torch::linspace(0.1, 100, options.width, tensors))
                  .unsqueeze(0)),
      block_(static_cast<std::int64_t>(seeds.size()), shapes_of(observation_size, action_size, options), tensors) {
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    RandomStream random(seeds[k]);
    initialise_network(block_.network(static_cast<std::int64_t>(k)), hidden_layers_, random);
  }
}

Layer ScoreNetwork::layer(std::size_t weight, std::size_t bias, Activation activation) const {
  const torch::Tensor &of_weight = block_.tensor(weight), &of_bias = block_.tensor(bias);
  return {of_weight.detach(), of_bias.detach(), activation, of_weight.grad(), of_bias.grad()};
}

/// The first layer's bias belongs to the observation's part.
std::vector<Layer> ScoreNetwork::time_layers() const {
  Layer last = layer(kTimeWeight, kFirstBias, Activation::kIdentity);
  last.bias = torch::zeros_like(last.bias);
  last.bias_gradient = torch::Tensor();
  return {layer(kTimeWeight1, kTimeBias1, Activation::kGelu), layer(kTimeWeight2, kTimeBias2, Activation::kIdentity),
          last};
}

ScoreNetwork::ForObservations::ForObservations(const ScoreNetwork& network, const torch::Tensor& observations,
                                               bool keep)
    : network_(network), keep_(keep), layers_(1) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor z = network.angles_ + network.block_.tensor(kPhase).unsqueeze(1);
  sine_ = z.sin(), cosine_ = z.cos();
  time_part_ =
      layers_forward(network.time_layers(), torch::cat({sine_, cosine_}, -1), {}, keep ? &time_pass_ : nullptr);
  const Layer observation[] = {network.layer(kObservationWeight, kFirstBias, Activation::kIdentity)};
  observation_part_ = layers_forward(observation, observations, {}, keep ? &observation_pass_ : nullptr);
  for (std::int64_t layer = 1; layer <= network.hidden_layers_; ++layer) {
    const std::size_t place = kHidden + 2 * static_cast<std::size_t>(layer - 1);
    const Activation activation = layer < network.hidden_layers_ ? Activation::kGelu : Activation::kIdentity;
    layers_.push_back(network.layer(place, place + 1, activation));
  }
  std::vector<torch::Tensor> time_gradients(static_cast<std::size_t>(network.steps_));
  if (keep) {
    time_gradient_ = torch::zeros_like(time_part_);
    observation_gradient_ = torch::zeros_like(observation_part_);
    passes_.resize(time_gradients.size());
    time_gradients = time_gradient_.unbind(1);
  }
  const torch::Tensor& weight = network.block_.tensor(kPositionWeight);
  const std::vector<torch::Tensor> time_parts = time_part_.unbind(1);
  for (std::size_t step = 0; step < time_parts.size(); ++step) {
    first_layers_.push_back(
        {weight.detach(), time_parts[step], Activation::kGelu, weight.grad(), time_gradients[step]});
  }
}

/// The body at one step: the step's time part is the first layer's bias.
std::span<const Layer> ScoreNetwork::ForObservations::layers(std::int64_t step) {
  layers_.front() = first_layers_[static_cast<std::size_t>(step)];
  return layers_;
}

torch::Tensor ScoreNetwork::ForObservations::forward(std::int64_t step, const torch::Tensor& position) {
  const torch::NoGradGuard no_grad;
  LayersPass* pass = keep_ ? &passes_[static_cast<std::size_t>(step)] : nullptr;
  const torch::Tensor score = layers_forward(layers(step), position, observation_part_, pass);
  if (by_operators(score)) return score.clamp_(-kScoreLimit, kScoreLimit);
  AT_DISPATCH_FLOATING_TYPES(score.scalar_type(), "clip", [&] {
    auto* values = score.data_ptr<scalar_t>();
    for (std::int64_t i = 0; i < score.numel(); ++i) {
      values[i] = std::clamp(values[i], static_cast<scalar_t>(-kScoreLimit), static_cast<scalar_t>(kScoreLimit));
    }
  });
  return score;
}

torch::Tensor ScoreNetwork::ForObservations::backward(std::int64_t step, const torch::Tensor& score_gradient) {
  const torch::NoGradGuard no_grad;
  const LayersPass pass = std::exchange(passes_[static_cast<std::size_t>(step)], {});
  const torch::Tensor gradient = within_limits(pass.kept.back(), score_gradient);
  const LayersGradients gradients = layers_backward(layers(step), pass, gradient, /*wants_input=*/true);
  observation_gradient_ += gradients.of_addend;
  return gradients.input;
}

void ScoreNetwork::ForObservations::finish_backward() {
  const torch::NoGradGuard no_grad;
  const Layer observation[] = {network_.layer(kObservationWeight, kFirstBias, Activation::kIdentity)};
  layers_backward(observation, observation_pass_, observation_gradient_, /*wants_input=*/false);
  const std::vector<torch::Tensor> embedding =
      layers_backward(network_.time_layers(), time_pass_, time_gradient_, /*wants_input=*/true).input.chunk(2, -1);
  network_.block_.tensor(kPhase).grad().add_((embedding[0] * cosine_ - embedding[1] * sine_).sum(1));
}

ReverseSdePolicy::ReverseSdePolicy(std::span<const std::uint64_t> seeds, std::int64_t observation_size,
                                   std::int64_t action_size, const ReverseSdePolicyOptions& options,
                                   const torch::TensorOptions& tensors)
    : agents_(static_cast<std::int64_t>(seeds.size())),
      action_size_(action_size),
      tensors_(tensors),
      chain_(agents_, action_size, options.chain, tensors),
      score_(seeds, observation_size, action_size, options, tensors) {}

torch::Tensor ReverseSdePolicy::noise(RandomStream& random, std::int64_t rows) const {
  return normal_tensor(random, {chain_.options().steps + 1, agents_, rows, action_size_}, tensors_.device())
      .to(torch::typeMetaToScalarType(tensors_.dtype()));
}

ReverseSdePath ReverseSdePolicy::sample(const torch::Tensor& observations, const torch::Tensor& noise) const {
  ScoreNetwork::ForObservations score(score_, observations, /*keep=*/false);
  return chain_.sample(score, noise, /*keep=*/false);
}

ReverseSdePolicy::Recording ReverseSdePolicy::record(const torch::Tensor& observations,
                                                     const torch::Tensor& noise) const {
  auto score = std::make_unique<ScoreNetwork::ForObservations>(score_, observations, /*keep=*/true);
  ReverseSdePath path = chain_.sample(*score, noise, /*keep=*/true);
  return {std::move(path), std::move(score)};
}

void ReverseSdePolicy::backward(Recording& recording, const torch::Tensor& action_gradient,
                                const torch::Tensor& running_gradient) {
  chain_.backward(*recording.score, recording.path, action_gradient, running_gradient);
  recording.score->finish_backward();
}

void ReverseSdePolicy::save(SnapshotWriter& writer, std::string_view name) const {
  chain_.block().save(writer, std::string(name) + "/chain");
  score_.block().save(writer, std::string(name) + "/score");
}

void ReverseSdePolicy::load(SnapshotReader& reader, std::string_view name) {
  WeightBlock chain = chain_.block(), score = score_.block();
  chain.load(reader, std::string(name) + "/chain");
  score.load(reader, std::string(name) + "/score");
}

}  // namespace tutti
