#include "recording.hpp"

#include <gtest/gtest.h>

#include "environment_checks.hpp"

namespace tutti::mpe {
namespace {

using golden::Json;

// One case of two steps.
Json short_recording(const std::string& name) {
  Json recording = golden::read(TUTTI_SOURCE_DIR "/tests/golden/" + name + ".json");
  Json episode = recording["cases"][0];
  episode["steps"] = Json::array({episode["steps"][0], episode["steps"][1]});
  recording["cases"] = Json::array({episode});
  return recording;
}

std::string refusal_of(const Json& recording) {
  return message_of([&] { checked_recording(recording, "bad.json"); });
}

// Replaces what lies at a place of the recording.
struct Damage {
  const char* place;
  std::string value;  // JSON
  const char* refusal;
};

void expect_refusals(const Json& whole, const std::vector<Damage>& damages) {
  EXPECT_NO_THROW(checked_recording(whole, "good.json"));
  for (const auto& [place, value, refusal] : damages) {
    Json recording = whole;
    recording[Json::json_pointer(place)] = Json::parse(value);
    EXPECT_EQ(refusal_of(recording), std::string("bad.json: ") + refusal);
  }
}

TEST(MpeRecording, EveryCountIsChecked) {
  expect_refusals(
      short_recording("mpe_physical_deception_n2"),
      {{"/parameters/N", "3", "cases[0].initial.agent_pos has 3 entries; expected 4"},
       {"/cases", "[]", "cases is []; expected an array that is not empty"},
       {"/cases/0/steps", "[]", "cases[0].steps is []; expected an array that is not empty"},
       {"/cases/0/initial/agent_vel", "[[0, 0], [0, 0]]", "cases[0].initial.agent_vel has 2 entries; expected 3"},
       {"/cases/0/initial/landmark_pos/1", "[1]", "cases[0].initial.landmark_pos[1] has 1 entries; expected 2"},
       {"/cases/0/initial/goal", "2", "cases[0].initial.goal is 2; expected an integer from 0 to 1"},
       {"/cases/0/initial/goal", "-1", "cases[0].initial.goal is -1; expected an integer from 0 to 1"},
       {"/cases/0/initial_obs/0", "[0, 0]", "cases[0].initial_obs[0] has 2 entries; expected 8"},
       {"/cases/0/steps/1/action", "[[0], [0]]", "cases[0].steps[1].action has 2 entries; expected 3"},
       {"/cases/0/steps/1/action", "[[0], [0], [0], [0]]", "cases[0].steps[1].action has 4 entries; expected 3"},
       {"/cases/0/steps/1/action/2", "[0, 0, 0, 0, 0, 0]", "cases[0].steps[1].action[2] has 6 entries; expected 5"},
       {"/cases/0/steps/1/action/2/4", "\"up\"", "cases[0].steps[1].action[2][4] is \"up\"; expected a number"},
       {"/cases/0/steps/0/vel", "[[0, 0], [0, 0]]", "cases[0].steps[0].vel has 2 entries; expected 3"},
       {"/cases/0/steps/0/reward", "[0, 0]", "cases[0].steps[0].reward has 2 entries; expected 3"}});
}

TEST(MpeRecording, OfAnotherWorldIsRefused) {
  expect_refusals(
      short_recording("mpe_coop_nav_n3"),
      {{"/task", "\"mpe_tag\"", "task is \"mpe_tag\"; expected mpe_coop_nav... or mpe_physical_deception..."},
       {"/variant", "\"legcay\"", "variant is \"legcay\"; expected legacy, or no variant"},
       {"/parameters/dt", "0.05", "parameters.dt is 0.05; expected 0.1"},
       {"/parameters/collide", "false", "parameters.collide is false; expected true"},
       {"/parameters/action_sign", "-1", "parameters.action_sign is -1; expected 1"},
       {"/parameters/integration", "\"semi_implicit\"",
        "parameters.integration is \"semi_implicit\"; expected another one: variant is not legacy"}});
  expect_refusals(
      short_recording("mpe_coop_nav_n3_legacy"),
      {{"/parameters/self_collision_penalty", "false", "parameters.self_collision_penalty is false; expected true"},
       {"/parameters/integration", "\"explicit\"", "parameters.integration is \"explicit\"; expected semi_implicit"}});
}

TEST(MpeRecording, AMissingKeyIsNamed) {
  Json recording = short_recording("mpe_coop_nav_n3");
  recording["cases"][0]["steps"][1].erase("reward");
  EXPECT_EQ(refusal_of(recording), "bad.json: cases[0].steps[1]: no \"reward\"");
  recording.erase("task");
  EXPECT_EQ(refusal_of(recording), "bad.json: no \"task\"");
}

}  // namespace
}  // namespace tutti::mpe
