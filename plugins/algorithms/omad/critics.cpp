#include "omad/critics.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "nn/linear.hpp"
#include "nn/networks.hpp"
#include "nn/operators.hpp"

namespace tutti::omad {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Places in a normalization's block.
constexpr std::size_t kScale = 0, kShift = 1;

/// The number of rows of [2, B, n] up to the last one that is not 0 for both critics.
std::int64_t rows_with_gradient(const Tensor& gradient) {
  if (by_operators(gradient)) return gradient.size(1);  // a GPU would have to be waited for
  const std::int64_t rows = gradient.size(1), width = gradient.size(2);
  std::int64_t last = 0;
  AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "rows_with_gradient", [&] {
    for (std::int64_t c = 0; c < gradient.size(0); ++c) {
      const auto* values = gradient.data_ptr<scalar_t>() + c * rows * width;
      std::int64_t count = rows * width;
      while (count > 0 && values[count - 1] == 0) --count;
      last = std::max(last, (count + width - 1) / width);
    }
  });
  return last;
}

/// The rows [2, m, F] of what a pass has kept of all of them.
LayersPass first_rows(const LayersPass& pass, std::int64_t rows) {
  return {{pass.inputs[0].narrow(1, 0, rows)}, {pass.kept[0].narrow(1, 0, rows)}};
}

/// Several numbers side by side.
template <class Real>
struct Lanes {
  static constexpr std::int64_t kCount = 8;
  typedef Real type __attribute__((vector_size(kCount * sizeof(Real))));
};

/// a b, dense.
template <class Real>
Real dot(const Real* a, const Real* b, std::int64_t count) {
  constexpr std::int64_t kLanes = Lanes<Real>::kCount;
  typename Lanes<Real>::type sums{}, left, right;
  std::int64_t h = 0;
  for (; h + kLanes <= count; h += kLanes) {
    std::memcpy(&left, a + h, sizeof left);
    std::memcpy(&right, b + h, sizeof right);
    sums += left * right;
  }
  Real sum = 0;
  for (std::int64_t lane = 0; lane < kLanes; ++lane) sum += sums[lane];
  for (; h < count; ++h) sum += a[h] * b[h];
  return sum;
}

/// One critic's layer z = y W + c behind y = g x + b, in pointers to its parts.
template <class Real>
struct FoldedLayer {
  std::int64_t in, out;
  const Real *weight, *bias, *scale, *shift;  // W, c, g, b

  /// z = x (g W) + (b W + c).
  void fold(Real* matrix, Real* offset) const {
    std::copy_n(bias, out, offset);
    for (std::int64_t j = 0; j < in; ++j) {
      const Real* __restrict w = weight + j * out;
      Real* __restrict to = matrix + j * out, * __restrict sum = offset;
      for (std::int64_t h = 0; h < out; ++h) {
        to[h] = scale[j] * w[h];
        sum[h] += shift[j] * w[h];
      }
    }
  }

  /// Adds dW = g P + b s, dg = W P, db = W s, from P = the sum over the rows of x dL/dz and s = that of dL/dz. What the
  /// gradient of x sums up to over the rows, and that times x, goes to `sum` and `product`.
  void add_gradients(const Real* of_matrix, const Real* of_offset, Real* of_weight, Real* of_scale, Real* of_shift,
                     Real* sum, Real* product) const {
    for (std::int64_t j = 0; j < in; ++j) {
      const Real* __restrict w = weight + j * out, * __restrict p = of_matrix + j * out, * __restrict s = of_offset;
      Real* __restrict to = of_weight + j * out;
      const Real g = scale[j], b = shift[j];
      for (std::int64_t h = 0; h < out; ++h) to[h] += g * p[h] + b * s[h];
      const Real own_scale = dot(w, p, out), own_shift = dot(w, s, out);
      of_scale[j] += own_scale;
      of_shift[j] += own_shift;
      sum[j] = g * own_shift;
      product[j] = g * own_scale;
    }
  }
};

/// Critic c's part of [2, ...].
template <class Real>
Real* part_of(const Tensor& tensor, std::int64_t c) {
  return tensor.data_ptr<Real>() + c * tensor.stride(0);
}

struct TrainedLayers : torch::CustomClassHolder {
  const Critics* critics = nullptr;
  std::vector<Critics::TrainedLayer> layers;
};

struct TrainFunction : torch::autograd::Function<TrainFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& /*weights*/, const Tensor& outputs,
                        const c10::intrusive_ptr<TrainedLayers>& trained) {
    context->saved_data["trained"] = torch::IValue::make_capsule(trained);
    return outputs;
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto trained = c10::static_intrusive_pointer_cast<TrainedLayers>(context->saved_data["trained"].toCapsule());
    trained->critics->backward(trained->layers, gradients[0].contiguous());
    return {Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Critics::Critics(std::uint64_t seed, std::int64_t inputs, const std::vector<std::int64_t>& hidden, std::int64_t outputs,
                 BatchRenormalizationOptions normalization, const torch::TensorOptions& options) {
  WeightBlock::Shapes shapes;
  std::int64_t width = inputs;
  const auto add_layer = [&](std::int64_t next) {
    norms_.emplace_back(kCount, width, normalization, options);
    shapes.push_back({width, next});
    shapes.push_back({next});
    width = next;
  };
  for (const std::int64_t size : hidden) add_layer(size);
  add_layer(outputs);
  block_ = WeightBlock(kCount, shapes, options);
  const std::vector<std::uint64_t> seeds = network_seeds(seed, "critic", kCount);
  for (std::int64_t c = 0; c < kCount; ++c) {
    RandomStream random(seeds[static_cast<std::size_t>(c)]);
    for (std::size_t layer = 0; layer < norms_.size(); ++layer) {
      initialise(weight(layer)[c], bias(layer)[c], Initialisation::kLecun, random);
    }
  }
}

Layer Critics::folded(std::size_t layer, const Tensor& scale, const Tensor& shift) const {
  const Tensor matrix = weight(layer), offset = bias(layer);
  const std::int64_t in = matrix.size(1), out = matrix.size(2);
  const Activation activation = layer + 1 < norms_.size() ? Activation::kRelu : Activation::kIdentity;
  if (by_operators(matrix)) {
    return {scale.transpose(1, 2) * matrix, offset + torch::bmm(shift, matrix).squeeze(1), activation, {}, {}};
  }
  Layer result{torch::empty({kCount, in, out}, matrix.options()),
               torch::empty({kCount, out}, matrix.options()),
               activation,
               {},
               {}};
  AT_DISPATCH_FLOATING_TYPES(matrix.scalar_type(), "folded", [&] {
    for (std::int64_t c = 0; c < kCount; ++c) {
      FoldedLayer<scalar_t>{in,
                            out,
                            part_of<scalar_t>(matrix, c),
                            part_of<scalar_t>(offset, c),
                            part_of<scalar_t>(scale, c),
                            part_of<scalar_t>(shift, c)}
          .fold(part_of<scalar_t>(result.weight, c), part_of<scalar_t>(result.bias, c));
    }
  });
  return result;
}

Tensor Critics::train(const Tensor& input) {
  const bool differentiate = torch::GradMode::is_enabled();
  auto trained = c10::make_intrusive<TrainedLayers>();
  trained->critics = this;
  Tensor rows = input.unsqueeze(0).expand({kCount, -1, -1});
  {
    const torch::NoGradGuard no_grad;
    for (std::size_t layer = 0; layer < norms_.size(); ++layer) {
      const WeightBlock& norm = norms_[layer].block();
      TrainedLayer of{norms_[layer].normalise(rows), folded(layer, norm.tensor(kScale), norm.tensor(kShift)), {}};
      rows = layers_forward(std::span(&of.folded, 1), of.batch.normalised, {}, differentiate ? &of.pass : nullptr);
      if (differentiate) trained->layers.push_back(std::move(of));
    }
  }
  return differentiate ? TrainFunction::apply(block_.tensor(0), rows, trained) : rows;
}

void Critics::backward(const std::vector<TrainedLayer>& trained, const Tensor& of_outputs) const {
  const torch::NoGradGuard no_grad;
  Tensor gradient = of_outputs.narrow(1, 0, rows_with_gradient(of_outputs));
  for (std::size_t layer = norms_.size(); layer-- > 0;) {
    const TrainedLayer& of = trained[layer];
    const WeightBlock& norm = norms_[layer].block();
    Layer folded = of.folded;
    folded.weight_gradient = torch::zeros_like(folded.weight);
    folded.bias_gradient = torch::zeros_like(folded.bias);
    const LayersGradients found = layers_backward(std::span(&folded, 1), first_rows(of.pass, gradient.size(1)),
                                                  gradient, /*wants_input=*/layer > 0);
    block_.tensor(2 * layer + 1).grad().add_(folded.bias_gradient);

    const Tensor matrix = weight(layer), of_weight = block_.tensor(2 * layer).grad();
    const Tensor scale = norm.tensor(kScale), shift = norm.tensor(kShift);
    const Tensor of_scale = scale.grad(), of_shift = shift.grad();
    const std::int64_t in = matrix.size(1), out = matrix.size(2);
    const Tensor sum = torch::empty({kCount, in}, matrix.options()), product = torch::empty_like(sum);
    if (by_operators(matrix)) {
      // As FoldedLayer::add_gradients() has it.
      const Tensor &p = folded.weight_gradient, s = folded.bias_gradient.unsqueeze(1);
      of_weight.add_(scale.transpose(1, 2) * p + shift.transpose(1, 2) * s);
      const Tensor own_scale = (matrix * p).sum(2), own_shift = (matrix * s).sum(2);
      of_scale.add_(own_scale.unsqueeze(1));
      of_shift.add_(own_shift.unsqueeze(1));
      sum.copy_(scale.squeeze(1) * own_shift);
      product.copy_(scale.squeeze(1) * own_scale);
      if (layer > 0) gradient = BatchRenormalization::input_gradient(of.batch, found.input, sum, product);
      continue;
    }
    AT_DISPATCH_FLOATING_TYPES(matrix.scalar_type(), "add_gradients", [&] {
      for (std::int64_t c = 0; c < kCount; ++c) {
        FoldedLayer<scalar_t>{
            in, out, part_of<scalar_t>(matrix, c), nullptr, part_of<scalar_t>(scale, c), part_of<scalar_t>(shift, c)}
            .add_gradients(part_of<scalar_t>(folded.weight_gradient, c), part_of<scalar_t>(folded.bias_gradient, c),
                           part_of<scalar_t>(of_weight, c), part_of<scalar_t>(of_scale, c),
                           part_of<scalar_t>(of_shift, c), part_of<scalar_t>(sum, c), part_of<scalar_t>(product, c));
      }
    });
    if (layer > 0) gradient = BatchRenormalization::input_gradient(of.batch, found.input, sum, product);
  }
}

Tensor Critics::evaluate(const Tensor& input) const {
  std::vector<Layer> layers;
  {
    const torch::NoGradGuard no_grad;
    for (std::size_t layer = 0; layer < norms_.size(); ++layer) {
      const auto [scale, shift] = norms_[layer].affine();
      layers.push_back(folded(layer, scale, shift));
    }
  }
  return perceptron(layers, {}, input);
}

std::vector<Weights> Critics::weights() const {
  std::vector<Weights> result{block_.weights()};
  for (const BatchRenormalization& norm : norms_) result.push_back(norm.block().weights());
  return result;
}

void Critics::follow(const Critics& source, double rate) {
  const torch::NoGradGuard no_grad;
  const std::vector<Weights> from = source.weights(), to = weights();
  for (std::size_t part = 0; part < to.size(); ++part) to[part].values.lerp_(from[part].values, rate);
}

void Critics::save(SnapshotWriter& writer, std::string_view name) const {
  block_.save(writer, name);
  for (const BatchRenormalization& norm : norms_) norm.save(writer, std::string(name) + "/norm");
}

void Critics::load(SnapshotReader& reader, std::string_view name) {
  block_.load(reader, name);
  for (BatchRenormalization& norm : norms_) norm.load(reader, std::string(name) + "/norm");
}

}  // namespace tutti::omad
