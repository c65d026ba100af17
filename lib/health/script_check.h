#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "health/judgement.h"
#include "model/check.h"
#include "model/health.h"

namespace lvsd {

// How a program ended.
struct Ended {
  enum class How : std::uint8_t {
    exited,      // `value`: its exit code
    killed,      // `value`: the signal
    timed_out,   // and was killed
    not_started  // `value`: errno
  };
  How how = How::exited;
  int value = 0;
};

// What became of a program that was run once.
struct ProgramRun {
  Ended ended;
  std::string output;   // the beginning of what it wrote
  std::string refusal;  // why it was not run, or it is not known how it ended; empty: it was
};

// Why it was no success, for people; empty: it was one.
std::string complaint(const ProgramRun& run);

// The result of a MISC_CHECK and the weight it asks for (keepalived 2.7: with misc_dynamic 0 passes
// without a word on the weight, 1 fails, 2 to 255 pass with a weight of the code less 2). Whatever
// else ends the program takes its word on the weight back; keepalived keeps it after a timeout.
struct ScriptWord {
  Judgement judgement;
  std::optional<WeightWish> weight;
};
ScriptWord script_word(const MiscCheck& check, const Ended& ended, std::string_view output);

// The result of a FILE_CHECK: the number in the file (absent, empty or gone: 0) times its weight is
// added to the server's, or fails it (keepalived, track_file.c).
ScriptWord file_word(const FileCheck& check, std::string_view content);

}  // namespace lvsd
