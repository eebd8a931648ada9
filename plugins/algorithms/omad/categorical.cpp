#include "omad/categorical.hpp"

#include <algorithm>

namespace tutti {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class Scalar>
void project_row(const Scalar* probabilities, const Scalar* values, Scalar* out, const CategoricalSupport& support) {
  const auto limit = static_cast<Scalar>(support.limit);
  const auto spacing = static_cast<Scalar>(support.spacing());
  const auto last = static_cast<Scalar>(support.count - 1);
  for (std::int64_t j = 0; j < support.count; ++j) {
    const Scalar value = std::clamp(values[j], -limit, limit);
    // Rounding can carry the position past the last atom, which would write into the next row.
    const Scalar position = std::clamp((value + limit) / spacing, Scalar(0), last);
    // A value on the last atom belongs to the upper end of the last interval; no mass is lost on exact hits.
    // What is not a number stays one, in the first two atoms.
    const std::int64_t lower = position > 0 ? std::min(static_cast<std::int64_t>(position), support.count - 2) : 0;
    const Scalar upper_share = position - static_cast<Scalar>(lower);
    out[lower] += probabilities[j] * (1 - upper_share);
    out[lower + 1] += probabilities[j] * upper_share;
  }
}

// With H = -sum p log p: d loss / d logit_j = p_j sum(m) - m_j + coefficient * p_j (log p_j + H).
class CategoricalLoss : public torch::autograd::Function<CategoricalLoss> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& logits, const torch::Tensor& target,
                               double entropy_coefficient) {
    const torch::Tensor log_p = torch::log_softmax(logits, -1);
    const torch::Tensor p = log_p.exp();
    const torch::Tensor negative_entropy = (p * log_p).sum(-1);
    context->save_for_backward({log_p, p, negative_entropy, target});
    context->saved_data["coefficient"] = entropy_coefficient;
    return entropy_coefficient * negative_entropy - (target * log_p).sum(-1);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &log_p = saved[0], &p = saved[1], &negative_entropy = saved[2], &target = saved[3];
    const double coefficient = context->saved_data["coefficient"].toDouble();
    const torch::Tensor entropy_part = coefficient * (log_p - negative_entropy.unsqueeze(-1));
    const torch::Tensor gradient = p * (entropy_part + target.sum(-1, /*keepdim=*/true)) - target;
    return {gradients[0].unsqueeze(-1) * gradient, torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor CategoricalSupport::atoms(const torch::TensorOptions& options) const {
  return torch::linspace(-limit, limit, count, options);
}

torch::Tensor CategoricalSupport::project(const torch::Tensor& probabilities, const torch::Tensor& values) const {
  const torch::NoGradGuard no_grad;
  TORCH_CHECK(probabilities.dim() == 2 && probabilities.sizes() == values.sizes() && values.size(1) == count,
              "project: probabilities and values have to be [B, atoms]");
  const torch::Tensor from = probabilities.contiguous();
  const torch::Tensor at = values.contiguous();
  torch::Tensor out = torch::zeros_like(from);
  AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "project", [&] {
    for (std::int64_t row = 0; row < from.size(0); ++row) {
      const std::int64_t offset = row * count;
      project_row(from.data_ptr<scalar_t>() + offset, at.data_ptr<scalar_t>() + offset,
                  out.data_ptr<scalar_t>() + offset, *this);
    }
  });
  return out;
}

torch::Tensor CategoricalSupport::clipped_mass(const torch::Tensor& probabilities, const torch::Tensor& values) const {
  return (probabilities * (values.abs() > limit)).sum(-1);
}

torch::Tensor expected_value(const torch::Tensor& logits, const torch::Tensor& atoms) {
  return torch::matmul(torch::softmax(logits, -1), atoms);
}

torch::Tensor categorical_loss(const torch::Tensor& logits, const torch::Tensor& target, double entropy_coefficient) {
  return CategoricalLoss::apply(logits, target, entropy_coefficient);
}

}  // namespace tutti
