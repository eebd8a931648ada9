#include "suite/depth.hpp"

#include <cstddef>
#include <string>

#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, const std::filesystem::path& file) : text_(text), file_(file) {}

  void scan() {
    while (next_ < text_.size()) {
      const char c = text_[next_];
      if (c == '#') {
        skip_comment();
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        count(c);
        ++next_;
      }
    }
  }

 private:
  void count(char c) {
    if (c == '.') {
      if (++dots_ >= kMostNesting) refuse("a key of more than " + std::to_string(kMostNesting) + " parts");
      return;
    }
    if (c == '[' || c == '{') {
      if (++depth_ > kMostNesting) refuse("brackets nested more than " + std::to_string(kMostNesting) + " deep");
    } else if (c == ']' || c == '}') {
      if (depth_ > 0) --depth_;
    } else if (c != '=' && c != ',' && c != '\n') {
      return;
    }
    dots_ = 0;
  }

  void skip_comment() {
    const std::size_t end = text_.find('\n', next_);
    next_ = end == std::string_view::npos ? text_.size() : end;
  }

  // A string that is not closed ends with the text, or on its line: the parser says so.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool many_lines = text_.substr(next_, 3) == three;
    const std::string_view end = std::string_view(three).substr(0, many_lines ? 3 : 1);
    next_ += end.size();
    while (next_ < text_.size() && text_.substr(next_, end.size()) != end) {
      if (!many_lines && text_[next_] == '\n') return;
      next_ += quote == '"' && text_[next_] == '\\' ? 2 : 1;
    }
    next_ += end.size();
  }

  [[noreturn]] void refuse(const std::string& what) const {
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : text_.substr(0, next_)) {
      ++column;
      if (c != '\n') continue;
      ++line;
      column = 1;
    }
    throw Error(file_.string() + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what +
                "; no suite needs them");
  }

  std::string_view text_;
  const std::filesystem::path& file_;
  std::size_t next_ = 0;
  int dots_ = 0;   // since the last key or value began
  int depth_ = 0;  // brackets that are open
};

}  // namespace

void check_nesting(std::string_view text, const std::filesystem::path& file) { Scanner(text, file).scan(); }

}  // namespace tutti::suite
