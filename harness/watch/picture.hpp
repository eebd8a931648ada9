// Pictures put together, written on, and written to files.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "tutti/canvas.hpp"
#include "tutti/frame.hpp"

namespace tutti::watch {

/// Frames of the same height next to each other, with a narrow gap.
Frame side_by_side(std::span<const Frame> frames);
/// Frames of the same width below each other, with a narrow gap.
Frame stacked(std::span<const Frame> frames);

/// Letters of 8 x 8 pixels from `left`, `top`; what does not fit is cut off.
void write_text(Frame& frame, std::int64_t left, std::int64_t top, std::string_view text, Color color);

/// Throws Error or FileError.
void write_png(const std::filesystem::path& file, const Frame& frame);

}  // namespace tutti::watch
