@echo off
rem A double click: settings beside this file are read, and what went wrong stays on the screen.
cd /d "%~dp0"
madoguchi.exe %*
if not errorlevel 1 exit /b 0
set code=%errorlevel%
pause
exit /b %code%
