#pragma once

namespace exeunt::cpu {

/// How many f32 multiplications with addition one core does a nanosecond with the widest vectors in use, by a loop that
/// does nothing else. Takes some milliseconds.
double peak_gmacs();

}  // namespace exeunt::cpu
