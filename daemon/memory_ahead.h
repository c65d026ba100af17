#pragma once

#include <cstddef>

namespace lvsd {

// Memory is touched for the first time a page at a time, and each time the kernel is called: on a
// bare machine that is half of what a page costs, in a guest whose page tables are another's copy
// nearly all of it (user-mode-linux: 20 us a page, which was two thirds of a start with 55,000
// entries). Where it is known how much is going to be used, all of it is asked for at once.

// From now on what is freed is kept for whoever needs memory next, and large blocks come from the
// same heap as small ones, for all threads: only then is memory that was taken ahead what they get.
// REQUIRES: there is no other thread yet.
void use_one_heap();

// Makes ready what malloc is going to give for the next `bytes`, as far as there is not so much
// already that was used and freed. REQUIRES: they are really going to be used. Where the kernel
// cannot do it (before 5.14, or without memory), nothing is done.
void take_memory_ahead(std::size_t bytes);

// Gives back what was freed where it is more than twice of what the next reload takes, `bytes`:
// the configuration that is gone, the text of the file and what lies between stay for that.
void give_back_memory_beyond(std::size_t bytes);

}  // namespace lvsd
