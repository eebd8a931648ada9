#include "verify/verify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tutti/error.hpp"

namespace tutti::verify {
namespace {

const std::filesystem::path kFixtures = std::filesystem::path(TUTTI_BINARY_DIR) / "fixtures";

using Findings = std::map<std::string, Finding>;  // by check

/// The findings of one plugin by subject.
std::map<std::string, Findings> all_findings(const std::filesystem::path& file) {
  loader::Registry registry({kFixtures / file});
  std::map<std::string, Findings> result;
  verify(registry, registry.plugins().at(0),
         [&](const Finding& finding) { result[finding.subject][finding.check] = finding; });
  return result;
}

Findings findings(const std::filesystem::path& file) { return all_findings(file).begin()->second; }

std::vector<std::string> failed(const Findings& findings) {
  std::vector<std::string> checks;
  for (const auto& [check, finding] : findings) {
    if (finding.verdict == Verdict::kFailed) checks.push_back(check);
  }
  return checks;
}

TEST(Verify, SoundPluginsPass) {
  for (const char* file : {"sound/line.so", "sound/faulty_environment.so", "sound/learner.so"}) {
    for (const auto& [check, finding] : findings(file))
      EXPECT_NE(finding.verdict, Verdict::kFailed) << file << ", " << check << ": " << finding.text;
  }
}

TEST(Verify, EveryFaultOfAnEnvironmentIsNamedByTheCheckThatIsForIt) {
  const std::map<std::string, std::vector<std::string>> expected = {
      {"seedless",
       {"other copies do not matter", "reset forgets what was before", "the same seed gives the same episode"}},
      {"remembers", {"reset forgets what was before"}},
      {"shared",
       {"a snapshot continues bit for bit in another copy", "other copies do not matter",
        "reset forgets what was before", "the same seed gives the same episode"}},
      {"forgets", {"a snapshot continues bit for bit in another copy"}},
      {"unwritten", {"every output is written and finite"}},
      {"endless", {"an episode ends at its limit"}},
      {"noisy", {"looking changes nothing"}},
      {"curriculum", {"reset forgets what was before"}},
      {"keeps_action", {"every output is written and finite"}},
      {"long", {}},
      {"deaf", {"a request to stop comes through"}},
      {"leaks", {"memory does not grow over many steps"}},
      {"takes_anything", {"a snapshot of something else is refused", "wrong actions are refused"}},
      {"writes_actions", {"the actions it is handed stay as they are"}},
      {"drifts", {"what it declares stays as it is"}},
      {"crashes", {"actions at their bounds are safe"}}};
  std::map<std::string, Findings> all = all_findings("unsound/environment.so");
  for (const auto& [fault, checks] : expected) {
    const Findings& found = all["task unsound/" + fault];
    EXPECT_EQ(failed(found), checks) << fault;
    for (const std::string& check : checks)
      EXPECT_NE(found.at(check).text.find("; look at "), std::string::npos) << found.at(check).text;
  }
  EXPECT_NE(all["task unsound/long"].at("an episode ends at its limit").text.find("is out of reach"),
            std::string::npos);
  // What may be meant is noted.
  EXPECT_EQ(all["task unsound/prints"].at("nothing is printed").verdict, Verdict::kNoted);
  EXPECT_EQ(all["task unsound/one_start"].at("other seeds start other episodes").verdict, Verdict::kNoted);
}

TEST(Verify, EveryFaultOfAnAlgorithmIsNamedByTheCheckThatIsForIt) {
  const std::map<std::string, std::vector<std::string>> expected = {
      {"forgets", {"a snapshot continues bit for bit"}},
      {"empty_policy", {"a policy that is saved and loaded acts alike"}},
      {"shared",
       {"a snapshot continues bit for bit", "evaluation changes nothing", "others of its kind do not matter",
        "the same seed gives the same bytes"}},
      {"wide_action", {"actions are written and within their bounds"}},
      {"silent", {"every metric is reported"}},
      {"evaluation_learns", {"evaluation changes nothing", "the same stream gives the same actions"}},
      {"takes_nan", {"what is not finite is said"}},
      {"process", {"another process learns the same"}},
      {"keeps", {"what it is handed is neither changed nor kept"}},
      {"in_place", {"what it is handed is neither changed nor kept"}},
      {"schedule", {"a snapshot continues bit for bit"}},
      {"late", {}},
      {"deaf", {"a request to stop comes through"}},
      {"crashes", {"acting does not take more and more memory"}}};
  for (const auto& [fault, checks] : expected)
    EXPECT_EQ(failed(findings("unsound/algorithm_" + fault + ".so")), checks) << fault;
}

TEST(Verify, APolicyThatIsSavedInOtherBytesIsFound) {
  for (const auto& [fault, check] : {std::pair("counted_policy", "the same seed gives the same bytes"),
                                     std::pair("dated_policy", "another process learns the same")}) {
    const Finding finding = findings("unsound/algorithm_" + std::string(fault) + ".so").at(check);
    EXPECT_EQ(finding.verdict, Verdict::kFailed) << fault;
    EXPECT_TRUE(finding.text.starts_with("save_policy() writes other bytes for the same policy; ")) << finding.text;
  }
}

// It takes a second, so only a plugin's first task is checked unasked.
TEST(Verify, AnEpisodeThatDependsOnTheProcessIsFound) {
  loader::Registry registry({kFixtures / "unsound/environment.so"});
  const std::string check = "another process gives the same episode";
  const auto verdict = [&](const std::string& task) {
    return make_check(registry, registry.plugins().at(0), "task unsound/" + task, check).verdict;
  };
  EXPECT_EQ(verdict("process"), Verdict::kFailed);
  EXPECT_EQ(verdict("long"), Verdict::kPassed);
  int tasks = 0;
  for (const Subject& subject : subjects_of(registry, registry.plugins().at(0)))
    tasks += static_cast<int>(std::ranges::count(subject.checks, check));
  EXPECT_EQ(tasks, 1);
}

// Other checks may fail with it: the first calls of a process round otherwise than later ones.
TEST(Verify, RoundingThatIsLeftChangedIsFound) {
  const std::string check = "rounding stays as it is";
  EXPECT_EQ(findings("unsound/algorithm_rounds.so").at(check).verdict, Verdict::kFailed);
  EXPECT_EQ(all_findings("unsound/environment.so").at("task unsound/rounds").at(check).verdict, Verdict::kFailed);
  EXPECT_EQ(findings("sound/learner.so").at(check).verdict, Verdict::kPassed);
}

TEST(Verify, AnUpdateThatComesTooLateIsNotedOnce) {
  const Findings found = findings("unsound/algorithm_late.so");
  EXPECT_EQ(found.at("an update is due").verdict, Verdict::kNoted);
  EXPECT_NE(found.at("an update is due").text.find("--set NAME=VALUE"), std::string::npos);
  EXPECT_EQ(found.at("every metric is reported").verdict, Verdict::kSkipped);
  EXPECT_EQ(found.at("every metric is reported").text, "no update is due within 100000 environment steps");
}

TEST(Verify, ValuesThatAreSetReplaceThoseOfATask) {
  loader::Registry registry({kFixtures / "unsound/environment.so"});
  const auto verdict = [&](const ParameterValues& set) {
    return make_check(registry, registry.plugins().at(0), "task unsound/endless", "an episode ends at its limit", set)
        .verdict;
  };
  EXPECT_EQ(verdict({}), Verdict::kFailed);
  EXPECT_EQ(verdict({{"fault", std::string("prints")}}), Verdict::kPassed);
  EXPECT_THROW(verdict({{"fault", std::string("none of them")}}), Error);
  EXPECT_THROW(verdict({{"nothing", true}}), Error);
}

TEST(Verify, AnAlgorithmThatCountsCallsInsteadOfStepsIsNoted) {
  const Finding finding = findings("sound/learner.so").at("updates are counted for environment steps");
  EXPECT_EQ(finding.verdict, Verdict::kNoted);
  EXPECT_NE(finding.text.find("1 updates for each environment step with one copy, 0.1 with ten"), std::string::npos)
      << finding.text;
}

TEST(Verify, WhatCannotBeMadeIsSaidOnce) {
  const std::map<std::string, Findings> all = all_findings("unsound/environment.so");
  EXPECT_EQ(all.at("task unsound/forgets").at("it can be made").verdict, Verdict::kPassed);
  const Findings& found = all.at("task unsound/unmakeable");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found.at("it can be made").text.find("refuses to be made, on purpose; look at create() and spec()"),
            std::string::npos)
      << found.at("it can be made").text;
}

TEST(Verify, ALibraryThatContradictsItselfIsAnError) {
  loader::Registry registry({kFixtures / "declaring/task_twice.so"});
  EXPECT_THROW(verify(registry, registry.plugins().at(0), [](const Finding&) {}), Error);
}

}  // namespace
}  // namespace tutti::verify
