// Precompiled once for common and reused by every algorithm and its tests.
#include "tutti/torch.hpp"
