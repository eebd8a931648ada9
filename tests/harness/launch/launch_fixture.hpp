// Suites of fixture plugins, executed by the real launcher in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "digest/digest.hpp"
#include "harness/run/fixture_plan.hpp"
#include "launch/local.hpp"

namespace tutti::launch {

/// Two runs of the fixture with GPUs on the line.
inline std::string gpu_suite(const std::string& device) {
  std::string suite = testing_support::line_suite("device = \"" + device + "\"");
  const std::string seeds = "seeds = [1]", name = "name = \"learner\"";
  suite.replace(suite.find(seeds), seeds.size(), "seeds = [1, 2]");
  return suite.replace(suite.find(name), name.size(), "name = \"gpu_learner\"");
}

class LaunchTest : public testing::Test {
 protected:
  LaunchTest() : registry_(testing_support::fixture_folders()) {
    ::setenv("TUTTI_PLUGIN_PATH", TUTTI_BINARY_DIR "/fixtures/sound", 1);
    options_.results = folder_.path();
    options_.jobs = 2;
  }

  Summary launch(const std::string& suite) { return run_suite(plan(suite), registry_, options_); }
  suite::Plan plan(const std::string& suite) { return testing_support::plan_from(suite, registry_); }

  std::filesystem::path run_folder(const suite::Run& run) const { return folder_.path() / run.suite / run.folder(); }
  results::RunRecord record_of(const suite::Run& run) const {
    return results::read_run_record(run_folder(run)).value();
  }

  /// A suite of one run of the algorithm `faulty` on the line, or of `learner` on the environment `faulty`.
  static std::string faulty_algorithm(const std::string& fault, const std::string& run_settings = "") {
    std::string suite = testing_support::line_suite(run_settings);
    const std::string name = "name = \"learner\"";
    return suite.replace(suite.find(name), name.size(), "name = \"faulty\"\nat_update = 20\nfault = \"" + fault + "\"");
  }
  static std::string faulty_environment(const std::string& fault) {
    std::string suite = testing_support::line_suite();
    const std::string task = "name = \"line/short\"";
    return suite.replace(suite.find(task), task.size(),
                         "environment = \"faulty\"\nlabel = \"faulty\"\nat_step = 9\nfault = \"" + fault + "\"");
  }

  loader::Registry registry_;
  testing_support::TemporaryFolder folder_;
  LocalOptions options_;
};

}  // namespace tutti::launch
