// Precompiled once for common and reused by every algorithm and its tests.
#include <torch/torch.h>

#include "tutti/torch.hpp"
