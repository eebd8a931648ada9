// Conformance of anybody's plugin, in words: what every environment and every algorithm has to keep. The tests of this
// project's own plugins are the same checks.
//
//   verify::verify(registry, registry.find(PluginKind::kAlgorithm, "matd3"), print);
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "loader/registry.hpp"

namespace tutti::verify {

enum class Verdict {
  kPassed,
  kFailed,
  kNoted,    // worth a look: it may well be meant
  kSkipped,  // does not apply
};

/// What one check found.
struct Finding {
  std::string subject;  // "algorithm matd3", "task mpe/coop-nav-n3"
  std::string check;    // the sentence that it proves
  Verdict verdict = Verdict::kPassed;
  std::string text;  // what was found, or measured; for a failure also where to look
};

/// Names of everything that is checked in a plugin: of each of an environment's tasks, or of its default values if it
/// has none; of an algorithm once.
struct Subject {
  std::string name;  // as Finding::subject
  std::vector<std::string> checks;
};
std::vector<Subject> subjects_of(loader::Registry& registry, const loader::Plugin& plugin);

/// Makes one check, with `set` in place of a task's or of default values, in a child process: a crash, an exit() or a
/// hang is a failed check.
Finding make_check(loader::Registry& registry, const loader::Plugin& plugin, const std::string& subject,
                   const std::string& check, const ParameterValues& set = {});

/// Makes all checks of a plugin and hands out each finding as it comes; of a subject that fails the first, which is
/// that it can be made, no others. Throws Error if the library cannot be opened or contradicts itself, and for a value
/// in `set` that fits no parameter.
void verify(loader::Registry& registry, const loader::Plugin& plugin, const std::function<void(const Finding&)>& found,
            const ParameterValues& set = {});

}  // namespace tutti::verify
