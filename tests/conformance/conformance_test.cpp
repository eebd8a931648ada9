// What every plugin has to keep: the checks of `tutti verify`, one test for each check of each plugin that is built.
#include <gtest/gtest.h>

#include "conformance/plugins.hpp"
#include "verify/verify.hpp"

namespace tutti::conformance {
namespace {

struct Case {
  PluginKind kind;
  std::string plugin;
  std::string subject;
  std::string check;
};

void PrintTo(const Case& entry, std::ostream* out) { *out << entry.subject << ": " << entry.check; }

std::vector<Case> every_case() {
  std::vector<Case> cases;
  for (const loader::Plugin& plugin : registry().plugins()) {
    for (const verify::Subject& subject : verify::subjects_of(registry(), plugin)) {
      for (const std::string& check : subject.checks) cases.push_back({plugin.kind, plugin.name, subject.name, check});
    }
  }
  return cases;
}

class Conformance : public testing::TestWithParam<Case> {};

TEST_P(Conformance, Holds) {
  const Case& entry = GetParam();
  const verify::Finding finding =
      verify::make_check(registry(), registry().find(entry.kind, entry.plugin), entry.subject, entry.check);
  if (finding.verdict == verify::Verdict::kSkipped) GTEST_SKIP() << finding.text;
  // LibTorch warns, once in a process, of gradients with the strides of a larger block, which OMAD has.
  if (finding.verdict == verify::Verdict::kNoted && finding.text.find("InitGoogleLogging") != std::string::npos) return;
  EXPECT_EQ(finding.verdict, verify::Verdict::kPassed) << finding.text;
}

INSTANTIATE_TEST_SUITE_P(EveryPlugin, Conformance, testing::ValuesIn(every_case()),
                         [](const auto& entry) { return test_name(entry.param.subject + "__" + entry.param.check); });

}  // namespace
}  // namespace tutti::conformance
