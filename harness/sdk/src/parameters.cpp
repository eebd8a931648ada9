#include "tutti/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tutti/error.hpp"

namespace tutti {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string joined(const std::vector<std::string>& items) {
  std::string result;
  for (const std::string& item : items) result += (result.empty() ? "" : ", ") + item;
  return result;
}

/// Of an integer parameter, as TOML writes long integers: 1_000_000.
std::string limit_text(double limit, bool is_integer) {
  if (!is_integer || limit != std::floor(limit) || std::abs(limit) > 1e18) return number_text(limit);
  std::string text = std::to_string(static_cast<std::int64_t>(limit));
  const std::size_t first = limit < 0 ? 1 : 0;
  if (text.size() - first < 7) return text;
  for (std::size_t place = text.size() - 3; place > first; place -= std::min<std::size_t>(place, 3))
    text.insert(place, "_");
  return text;
}

std::string range_text(const Constraint& constraint, bool is_integer) {
  const bool low = std::isfinite(constraint.low);
  const bool high = std::isfinite(constraint.high);
  if (low && high) {
    return std::string(" in ") + (constraint.low_open ? "(" : "[") + limit_text(constraint.low, is_integer) + ", " +
           limit_text(constraint.high, is_integer) + (constraint.high_open ? ")" : "]");
  }
  if (low) return (constraint.low_open ? ", more than " : ", at least ") + limit_text(constraint.low, is_integer);
  if (high) return (constraint.high_open ? ", less than " : ", at most ") + limit_text(constraint.high, is_integer);
  return "";
}

bool in_range(const Constraint& constraint, double value) {
  if (!std::isfinite(value)) return false;
  if (value < constraint.low || (constraint.low_open && value == constraint.low)) return false;
  return !(value > constraint.high || (constraint.high_open && value == constraint.high));
}

bool in_range(const Constraint& constraint, const IntegerList& list) {
  return std::ranges::all_of(list, [&](std::int64_t v) { return in_range(constraint, static_cast<double>(v)); });
}

bool is_valid(const Constraint& constraint, const ParameterValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return in_range(constraint, static_cast<double>(*integer));
  if (const auto* real = std::get_if<double>(&value)) return in_range(constraint, *real);
  if (const auto* list = std::get_if<IntegerList>(&value)) return in_range(constraint, *list);
  if (const auto* lists = std::get_if<IntegerLists>(&value)) {
    return std::ranges::all_of(*lists, [&](const IntegerList& list) { return in_range(constraint, list); });
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return constraint.choices.empty() || std::ranges::count(constraint.choices, *text) > 0;
  }
  return true;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string list_text(const IntegerList& list) {
  std::vector<std::string> items;
  for (const std::int64_t value : list) items.push_back(std::to_string(value));
  return "[" + joined(items) + "]";
}

}  // namespace

std::string expectation(const ParameterSpec& spec) {
  if (!spec.constraint.choices.empty()) return "one of " + joined(spec.constraint.choices);
  static const char* const kTypes[] = {"true or false", "integer",          "number",
                                       "text",          "list of integers", "list of lists of integers"};
  const bool is_integer = !std::holds_alternative<double>(spec.default_value);
  return kTypes[spec.default_value.index()] + range_text(spec.constraint, is_integer);
}

std::optional<ParameterValue> fit(const ParameterSpec& spec, const ParameterValue& value) {
  ParameterValue converted = value;
  if (std::holds_alternative<double>(spec.default_value) && std::holds_alternative<std::int64_t>(value)) {
    converted = static_cast<double>(std::get<std::int64_t>(value));
  }
  // An empty list has no element that could tell its type.
  const auto* list = std::get_if<IntegerList>(&value);
  if (list != nullptr && list->empty() && std::holds_alternative<IntegerLists>(spec.default_value)) {
    converted = IntegerLists{};
  }
  if (converted.index() != spec.default_value.index() || !is_valid(spec.constraint, converted)) return std::nullopt;
  return converted;
}

std::string to_text(const ParameterValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* list = std::get_if<IntegerList>(&value)) return list_text(*list);
  if (const auto* lists = std::get_if<IntegerLists>(&value)) {
    std::vector<std::string> items;
    for (const IntegerList& inner : *lists) items.push_back(list_text(inner));
    return "[" + joined(items) + "]";
  }
  std::string text = number_text(std::get<double>(value));
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // TOML tells integers from floats by the point
  return text;
}

ParameterValue Parameters::visit(ParameterSpec spec) {
  ParameterValue value = spec.default_value;
  if (values_ != nullptr) {
    if (const auto found = values_->find(spec.name); found != values_->end()) {
      const auto fitted = fit(spec, found->second);
      if (!fitted) {
        throw Error("parameter \"" + spec.name + "\" is " + to_text(found->second) + "; expected " + expectation(spec));
      }
      value = *fitted;
    }
  }
  if (schema_ != nullptr) schema_->push_back(std::move(spec));
  return value;
}

}  // namespace tutti
