#include "launch/resource_check.hpp"

#include "harness/launch/launch_fixture.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {
namespace {

using ResourceCheck = LaunchTest;

TEST_F(ResourceCheck, WhatARunNeedsIsNeverBelowZero) {
  const auto needs = [&](const std::string& fault) {
    const suite::Run run = plan(faulty_algorithm(fault)).runs.at(0);
    const auto environment = registry_.create_environment(run.environment, suite::values_of(run.task_values));
    return resources_of(run, environment->spec(), registry_);
  };
  EXPECT_EQ(needs("none").memory_bytes, 2000);
  try {
    (void)needs("negative_resources");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "faulty says that it needs -5 bytes");
  }
}

}  // namespace
}  // namespace tutti::launch
