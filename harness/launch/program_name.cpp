#include "launch/program_name.hpp"

#include <cstdlib>

#include "launch/command.hpp"

namespace tutti::launch {
namespace {

std::string started_as = "tutti";

}  // namespace

void set_program_name(const char* first_argument) {
  const char* launcher = std::getenv("TUTTI_STARTED_AS");
  if (launcher != nullptr) first_argument = launcher;
  if (first_argument != nullptr && *first_argument != '\0') started_as = shell_word(first_argument);
  ::unsetenv("TUTTI_STARTED_AS");  // it is about this process, and no other that it starts
}

const std::string& program_name() { return started_as; }

}  // namespace tutti::launch
