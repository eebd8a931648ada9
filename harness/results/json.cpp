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

std::string reason(const nlohmann::json::exception& error, std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return "it is empty";
  const std::string_view what = error.what();
  const std::size_t end = what.starts_with("[json.exception.") ? what.find("] ") : std::string_view::npos;
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

}  // namespace tutti::results
