#include "reports/figures/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <vector>

#include "process/spawn.hpp"
#include "reports/text/escaping.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& file, const std::string& text) {
  results::write_file(file, text, results::Durability::kProcess);
}

// What gnuplot wrote; empty if it did not.
std::string read_text(const fs::path& file) { return results::read_file_if_any(file).value_or(""); }

// Where gnuplot finds still_clock.cpp: no path, since the dynamic linker takes none with a space.
constexpr int kClockDescriptor = 9;

results::Descriptor still_clock() {
  const fs::path prefix = fs::canonical("/proc/self/exe").parent_path().parent_path();
  const fs::path file = prefix / "lib" / "tutti" / "libtutti_still_clock.so";
  results::Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) throw Error(file.string() + ": cannot be opened; build or install tutti again");
  return descriptor;
}

// The user's settings of gnuplot, the time and its zone would change a drawing.
std::vector<std::string> environment_of_gnuplot() {
  std::vector<std::string> environment = process::environment();
  std::string preloaded = fmt::format("LD_PRELOAD=/proc/self/fd/{}", kClockDescriptor);
  std::erase_if(environment, [&](const std::string& variable) {
    if (variable.starts_with("LD_PRELOAD=")) preloaded += ':' + variable.substr(variable.find('=') + 1);
    return variable.starts_with("GNUTERM=") || variable.starts_with("GNUPLOT_LIB=") ||
           variable.starts_with("GNUPLOT_DEFAULT_GDFONT=") || variable.starts_with("GNUPLOT_FONTPATH=") ||
           variable.starts_with("TZ=") || variable.starts_with("LD_PRELOAD=");
  });
  environment.push_back(std::move(preloaded));
  environment.emplace_back("TZ=UTC0");
  return environment;
}

// Starts `gnuplot script` in `folder` and waits. Returns its complaint, empty when all is well.
std::string run_gnuplot(const std::string& script, const fs::path& folder, const fs::path& log) {
  const results::Descriptor clock = still_clock();
  try {
    // -d: a drawing depends on its script alone, not on the user's ~/.gnuplot.
    const pid_t child = process::spawn({.arguments = {"gnuplot", "-d", script},
                                        .environment = environment_of_gnuplot(),
                                        .folder = folder,
                                        .redirections = {{STDIN_FILENO, "/dev/null", O_RDONLY},
                                                         {STDOUT_FILENO, "/dev/null", O_WRONLY},
                                                         {STDERR_FILENO, log, O_WRONLY | O_CREAT | O_EXCL}},
                                        .descriptors = {{clock.get(), kClockDescriptor}}});
    return process::wait_for(child) == 0 ? "" : "gnuplot failed";
  } catch (const Error& error) {
    return std::string(error.what()) + "; on Debian: apt install gnuplot-nox";
  }
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Removes everything from `from` up to and with `to`, once.
void remove_part(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.find(from);
  const std::size_t end = start == std::string::npos ? start : text.find(to, start + from.size());
  if (end != std::string::npos) text.erase(start, end + to.size() - start);
}

// The script's greys, as gnuplot writes them.
constexpr char kGrid[] = "rgb(216, 216, 216)", kFrameColor[] = "rgb( 96,  96,  96)", kTickLabel[] = "rgb(96,96,96)";

// A grey becomes the page's ink, part of it: it suits a light and a dark page.
void soften(std::string& text, const std::string& attribute, const std::string& grey, const std::string& quote,
            const std::string& opacity) {
  replace_all(
      text, attribute + "=" + quote + grey + quote,
      attribute + "=" + quote + "currentColor" + quote + " " + attribute + "-opacity=" + quote + opacity + quote);
}

}  // namespace

DrawnFigure draw(const Figure& figure, const fs::path& folder) {
  DrawnFigure drawn{figure, "", "", {"csv", "gp"}};
  const fs::path base = fs::absolute(folder) / figure.name;
  const fs::path log = base.string() + ".log";
  // gnuplot would write through a symbolic link that lies where its files go.
  std::error_code ignored;
  for (const char* ending : {".log", ".svg", ".pdf", ".png"}) fs::remove(base.string() + ending, ignored);
  write_text(base.string() + ".csv", figure_csv(figure));
  write_text(base.string() + ".gp", figure_script(figure));
  drawn.error = run_gnuplot(figure.name + ".gp", folder, log);
  const std::string complaint = read_text(log);
  if (!drawn.error.empty() && !complaint.empty()) drawn.error += ": " + clean_text(complaint).substr(0, 300);
  fs::remove(log, ignored);
  if (!drawn.error.empty()) {
    // Half a drawing is none.
    for (const char* ending : {".svg", ".pdf", ".png"}) fs::remove(base.string() + ending, ignored);
    return drawn;
  }
  drawn.endings = {"svg", "pdf", "png", "csv", "gp"};
  drawn.svg = read_text(base.string() + ".svg");
  return drawn;
}

std::string inline_svg(const std::string& svg, const std::string& prefix, const std::string& description) {
  const std::size_t start = svg.find("<svg");
  if (start == std::string::npos) return "";
  std::string text = svg.substr(start);
  remove_part(text, "<title>", "</title>");
  remove_part(text, "<desc>", "</desc>");
  for (const std::string name : {"xmlns:xlink", "xmlns"}) remove_part(text, " " + name + "=\"", "\"");
  for (const std::string quote : {"\"", "'"}) {
    replace_all(text, "id=" + quote, "id=" + quote + prefix + "-");
    replace_all(text, "href=" + quote + "#", "href=" + quote + "#" + prefix + "-");
    replace_all(text, quote + "black" + quote, quote + "currentColor" + quote);
    soften(text, "stroke", kGrid, quote, "0.18");
    soften(text, "stroke", kFrameColor, quote, "0.65");
    soften(text, "fill", kTickLabel, quote, "0.75");
  }
  replace_all(text, "xlink:href", "href");
  replace_all(text, "color=\"currentColor\" ", "");
  return fmt::format("<svg role=\"img\" aria-label=\"{}\" {}", html_text(description), text.substr(4));
}

}  // namespace tutti::reports
