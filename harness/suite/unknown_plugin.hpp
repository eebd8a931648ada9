// A suite that names a plugin which is not loaded.
#pragma once

#include "tutti/error.hpp"

namespace tutti::suite {

/// Thrown in place of Error when one of a suite's problems is an unknown algorithm or environment: it may lie in a
/// folder that was not looked in.
class UnknownPlugin : public Error {
 public:
  using Error::Error;
};

}  // namespace tutti::suite
