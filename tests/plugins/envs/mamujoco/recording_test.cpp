#include "recording.hpp"

#include <gtest/gtest.h>

#include "environment_checks.hpp"

namespace tutti::mamujoco {
namespace {

using golden::Json;

// Two steps of one case, the second one with a checkpoint.
Json short_recording(const std::string& name) {
  Json recording = golden::read(TUTTI_SOURCE_DIR "/tests/golden/" + name + ".json");
  Json episode = recording["cases"][0];
  episode["steps"] = Json::array({episode["steps"][0], episode["steps"][1]});
  episode["steps"][1]["checkpoint"] = Json::parse(R"({"qacc_warmstart": [0, 0, 0, 0, 0], "torso_xpos": [0, 0, 0]})");
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

TEST(RobotRecording, EveryCountIsChecked) {
  expect_refusals(
      short_recording("mamujoco_swimmer_2x1.v5"),
      {{"/robot", "\"Humanoid\"", "robot is \"Humanoid\"; expected Ant, HalfCheetah, Walker2d or Swimmer"},
       {"/profile", "\"gym\"", "profile is \"gym\"; expected gymnasium_robotics or harl"},
       {"/agent_actuators", "[[0], [0]]", "agent_actuators is [[0],[0]]; expected every actuator of swimmer once"},
       {"/agent_actuators", "[[0], [2]]", "agent_actuators[1][0] is 2; expected an integer from 0 to 1"},
       {"/cases", "[]", "cases is []; expected an array that is not empty"},
       {"/cases/0/steps", "[]", "cases[0].steps is []; expected an array that is not empty"},
       {"/cases/0/initial/qpos", "[1, 2]", "cases[0].initial.qpos has 2 entries; expected 5"},
       {"/cases/0/steps/1/action", "[[0]]", "cases[0].steps[1].action has 1 entries; expected 2"},
       {"/cases/0/steps/1/action", "[[0], [0, 0]]", "cases[0].steps[1].action[1] has 2 entries; expected 1"},
       {"/cases/0/steps/1/qvel", "[1, 2, 3, 4, null]", "cases[0].steps[1].qvel[4] is null; expected a number"},
       {"/cases/0/steps/1/checkpoint/torso_xpos", Json(std::vector<int>(400)).dump(),
        "cases[0].steps[1].checkpoint.torso_xpos has 400 entries; expected 3"},
       {"/cases/0/steps/1/checkpoint/qacc_warmstart", "[0]",
        "cases[0].steps[1].checkpoint.qacc_warmstart has 1 entries; expected 5"},
       {"/cases/0/steps/1/obs_kx", "[]", "cases[0].steps[1].obs_kx is []; expected obs or obs_k0 to obs_k9"}});
}

TEST(RobotRecording, StepsFollowEachOtherWithinTheEpisode) {
  expect_refusals(
      short_recording("mamujoco_swimmer_2x1.v5"),
      {{"/cases/0/steps/0/t", "0", "cases[0].steps[0].t is 0; expected an integer from 1 to 1000"},
       {"/cases/0/steps/1/t", "1", "cases[0].steps[1].t is 1; expected more than that of the step before, 1"},
       {"/cases/0/steps/1/t", "1.5", "cases[0].steps[1].t is 1.5; expected an integer from 1 to 1000"},
       {"/cases/0/steps/1/t", "1000000000", "cases[0].steps[1].t is 1000000000; expected an integer from 1 to 1000"}});
}

TEST(RobotRecording, AMissingKeyIsNamed) {
  for (const char* key : {"task", "profile", "robot", "agent_actuators", "agent_obsk", "cases"}) {
    Json recording = short_recording("mamujoco_swimmer_2x1.v5");
    recording.erase(key);
    EXPECT_EQ(refusal_of(recording), std::string("bad.json: no \"") + key + '"');
  }
  Json recording = short_recording("mamujoco_swimmer_2x1.v5");
  recording["cases"][0]["steps"][1].erase("terms");
  EXPECT_EQ(refusal_of(recording), "bad.json: cases[0].steps[1]: no \"terms\"");
  recording["cases"][0].erase("after_reset");
  EXPECT_EQ(refusal_of(recording), "bad.json: cases[0]: no \"after_reset\"");
}

TEST(RobotRecording, HarlsMayLackTheDepthOfLocalObservationsAndTerms) {
  Json recording = short_recording("mamujoco_swimmer_2x1.harl");
  recording.erase("agent_obsk");
  recording["cases"][0]["steps"][1].erase("terms");
  EXPECT_NO_THROW(checked_recording(recording, "good.json"));
}

}  // namespace
}  // namespace tutti::mamujoco
