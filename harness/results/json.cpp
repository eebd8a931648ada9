#include "results/json.hpp"

namespace tutti::results {

void to_json(nlohmann::json& object, const Failure& failure) {
  object = {{"kind", failure.kind}, {"message", failure.message}, {"log", failure.log}};
}

void from_json(const nlohmann::json& object, Failure& failure) {
  object.at("kind").get_to(failure.kind);
  object.at("message").get_to(failure.message);
  object.at("log").get_to(failure.log);
}

nlohmann::ordered_json protocol_to_json(const Protocol& protocol) {
  nlohmann::ordered_json object = {{"environment_steps", protocol.environment_steps},
                                   {"interval", protocol.interval},
                                   {"episodes", protocol.episodes},
                                   {"mode", protocol.mode},
                                   {"seeds", protocol.seeds},
                                   {"absolute", protocol.absolute}};
  if (protocol.copies > 0) object["copies"] = protocol.copies;
  return object;
}

Protocol protocol_from_json(const nlohmann::json& object) {
  Protocol protocol;
  object.at("environment_steps").get_to(protocol.environment_steps);
  object.at("interval").get_to(protocol.interval);
  object.at("episodes").get_to(protocol.episodes);
  object.at("mode").get_to(protocol.mode);
  object.at("seeds").get_to(protocol.seeds);
  object.at("absolute").get_to(protocol.absolute);
  protocol.copies = object.value("copies", std::int64_t{0});
  return protocol;
}

}  // namespace tutti::results
