/* Rust's standard library takes its random numbers from ProcessPrng of bcryptprimitives.dll, which Wine 8 lacks. This stands in for it,
   beside the program under test, with what the same system has always offered: SystemFunction036 of advapi32 (RtlGenRandom). */
#include <windows.h>
BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) { return SystemFunction036(buffer, (ULONG)length); }
