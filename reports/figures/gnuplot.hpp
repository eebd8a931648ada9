// gnuplot as a program: it reads a script and writes files. A report can be made without it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reports/figures/figure.hpp"

namespace tutti::reports {

/// A figure on disk.
struct DrawnFigure {
  Figure figure;
  std::string svg;                        // the drawing as text; empty if there is none
  std::string error;                      // a sentence if it could not be drawn
  std::vector<std::string> endings = {};  // of its files: "svg", "pdf", "png", "csv", "gp"
};

/// Writes `<name>.csv` and `<name>.gp` into `folder` and draws `.svg`, `.pdf` and `.png` beside them. The PDF's
/// creation date is overwritten, so that drawing twice gives the same bytes. Never throws for gnuplot's sake: what
/// went wrong is in the result. Throws Error where the folder cannot be written.
DrawnFigure draw(const Figure& figure, const std::filesystem::path& folder);

/// The same drawing for inclusion in an HTML page: no prolog, ids made unique by `prefix`, black drawn in the page's
/// own text colour.
std::string inline_svg(const std::string& svg, const std::string& prefix, const std::string& description);

}  // namespace tutti::reports
