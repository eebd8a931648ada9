// Numbers of the command line, refused in words where they do not fit. CLI11 takes the largest number that there is in
// place of one that is larger.
#pragma once

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include "tutti/error.hpp"

namespace tutti::cli {

/// "20000", or "20_000" as suites write it; nothing for anything else.
inline std::optional<std::int64_t> whole_number(std::string text) {
  const bool digits_around = !text.starts_with('_') && !text.ends_with('_') && text.find("__") == std::string::npos;
  std::erase(text, '_');
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!digits_around || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Declares an option that takes a whole number from 1 to `most`. `names` is "--jobs" or "--jobs,-j"; `count` outlives
/// the command.
inline void add_count(CLI::App& command, const std::string& names, std::int64_t& count, std::int64_t most,
                      const std::string& description) {
  const std::string option = names.substr(0, names.find(','));
  const auto take = [option, most, &count](const std::string& text) {
    const auto value = whole_number(text);
    if (!value || *value < 1 || *value > most) {
      throw Error(fmt::format("{}: \"{}\": expected a whole number of at least 1 and at most {}", option, text, most));
    }
    count = *value;
  };
  command.add_option_function<std::string>(names, take, description)->type_name("N");
}

}  // namespace tutti::cli
