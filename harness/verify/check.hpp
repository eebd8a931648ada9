// What a check is made of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tutti/error.hpp"
#include "verify/verify.hpp"

namespace tutti::verify {

/// What a check comes to.
struct Result {
  Verdict verdict = Verdict::kPassed;
  std::string text;
};

inline Result passed(std::string text = "") { return {Verdict::kPassed, std::move(text)}; }
inline Result failed(std::string text) { return {Verdict::kFailed, std::move(text)}; }
inline Result noted(std::string text) { return {Verdict::kNoted, std::move(text)}; }
inline Result skipped(std::string text) { return {Verdict::kSkipped, std::move(text)}; }

/// A check of a `Maker`, which makes environments or algorithms.
template <typename Maker>
struct Check {
  const char* name;     // the sentence that it proves
  const char* look_at;  // if it fails
  Result (*run)(Maker&);
  bool once = false;  // takes a second: made for the first task only
};

/// Thrown where a check needs an update and none is due for too long.
class NoUpdateError : public Error {
 public:
  using Error::Error;
};

/// A new environment of one task.
struct EnvironmentMaker {
  loader::Registry& registry;
  std::string environment;
  ParameterValues values;

  std::unique_ptr<Environment> operator()() const { return registry.create_environment(environment, values); }
};

/// An algorithm with its default values, but for some.
struct AlgorithmMaker {
  loader::Registry& registry;
  std::string algorithm;
  ParameterValues values = {};
};

const std::vector<Check<EnvironmentMaker>>& environment_checks();
const std::vector<Check<AlgorithmMaker>>& algorithm_checks();

/// `values` and the default of every parameter that they leave out.
ParameterValues with_defaults(void (*declare)(ParameterSchema&), const ParameterValues& values);

/// Calls `find` in two processes, the second of which starts in a later second of the clock, and says whether both
/// found the same, which is a few lines of text. Throws Error if one of them fails.
bool two_processes_agree(const std::function<std::string()>& find);

/// Passed if SIGTERM, which asks a run to stop, is as a check begins with it.
Result sigterm_result();

/// Memory of this process that is in use.
std::int64_t resident_bytes();

/// Takes what the process prints from now on.
class OutputTrap {
 public:
  OutputTrap();
  ~OutputTrap();
  OutputTrap(const OutputTrap&) = delete;
  OutputTrap& operator=(const OutputTrap&) = delete;

  /// The start of what was printed so far.
  std::string printed() const;

 private:
  int file_;
};

}  // namespace tutti::verify
