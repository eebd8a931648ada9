// The exceptions for what a user, a suite file or a plugin can cause: Error, and two kinds of it that have a status of
// their own in a run's record.
#pragma once

#include <stdexcept>

#include "tutti/export.hpp"

namespace tutti {

/// Says where, what is wrong, and what was expected or what exists, in one sentence.
/// Broken invariants of our own code are assertions, not Errors.
class TUTTI_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A reward, an action, a loss: what had to be a number is infinite or NaN. The harness adds the environment step.
class TUTTI_API NotFiniteError : public Error {
 public:
  using Error::Error;
};

/// What a full disk, a read-only or a vanished folder causes: the file and the system's reason in one sentence.
class TUTTI_API FileError : public Error {
 public:
  using Error::Error;
};

}  // namespace tutti
