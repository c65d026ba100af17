# SOURCE (scdoc) -> MADE (a man page); what PROGRAM prints takes the place of @MANUAL@.
file(READ ${SOURCE} text)
if(PROGRAM)
  execute_process(COMMAND ${PROGRAM} __manual ${TOPIC} OUTPUT_VARIABLE manual COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "@MANUAL@" "${manual}" text "${text}")
endif()
file(WRITE ${MADE}.scd "${text}")
execute_process(COMMAND ${SCDOC} INPUT_FILE ${MADE}.scd OUTPUT_FILE ${MADE} COMMAND_ERROR_IS_FATAL ANY)
