// Every operation of this library that walks over plain memory has a second implementation, by LibTorch's own operators
// alone, which runs wherever LibTorch does. Tensors that are not in the host's memory take it.
#pragma once

#include "tutti/torch.hpp"

namespace tutti {

/// Whether an operation on `tensor` is computed by LibTorch's operators instead of loops over its memory.
bool by_operators(const torch::Tensor& tensor);

/// While one lives, operators compute on the CPU, too: what a GPU computes is tested without one.
class OperatorsEverywhere {
 public:
  OperatorsEverywhere();
  ~OperatorsEverywhere();
  OperatorsEverywhere(const OperatorsEverywhere&) = delete;
  OperatorsEverywhere& operator=(const OperatorsEverywhere&) = delete;
};

}  // namespace tutti
