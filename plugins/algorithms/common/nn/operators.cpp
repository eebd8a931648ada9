#include "nn/operators.hpp"

namespace tutti {
namespace {

int everywhere = 0;  // objects that live

}  // namespace

bool by_operators(const torch::Tensor& tensor) { return everywhere > 0 || !tensor.is_cpu(); }

OperatorsEverywhere::OperatorsEverywhere() { ++everywhere; }
OperatorsEverywhere::~OperatorsEverywhere() { --everywhere; }

}  // namespace tutti
