// Saving and loading an algorithm from one list of its parts, so that the two cannot disagree.
//
//   template <class Visit> void each_part(Visit visit) { visit("actors", actors_); visit("updates", updates_); }
//   void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
//   void load(SnapshotReader& reader) override { load_parts(*this, reader); }
#pragma once

#include "tutti/snapshot.hpp"

namespace tutti {

/// A part is a number or has save(writer, name) and load(reader, name), or save(writer) and load(reader).
template <class Algorithm>
void save_parts(Algorithm& algorithm, SnapshotWriter& writer) {
  algorithm.each_part([&]<class Part>(std::string_view name, Part& part) {
    if constexpr (SnapshotScalar<Part>) {
      writer.value<Part>(name, part);
    } else if constexpr (requires { part.save(writer, name); }) {
      part.save(writer, name);
    } else {
      part.save(writer);
    }
  });
}

template <class Algorithm>
void load_parts(Algorithm& algorithm, SnapshotReader& reader) {
  algorithm.each_part([&]<class Part>(std::string_view name, Part& part) {
    if constexpr (SnapshotScalar<Part>) {
      part = reader.value<Part>(name);
    } else if constexpr (requires { part.load(reader, name); }) {
      part.load(reader, name);
    } else {
      part.load(reader);
    }
  });
}

}  // namespace tutti
