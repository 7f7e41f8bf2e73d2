package health.weft.ui;

import io.nayuki.qrcodegen.QrCode;

/**
 * An address to be scanned.
 *
 * @param size in modules with the quiet zone
 * @param path the dark modules, as the data of an SVG path
 */
public record ScanCode(String address, int size, String path) {
    /** ISO/IEC 18004 asks for four empty modules around. */
    private static final int QUIET = 4;

    public static ScanCode of(String address) {
        QrCode code = QrCode.encodeText(address, QrCode.Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + QUIET)
                            .append(',')
                            .append(y + QUIET)
                            .append("h1v1h-1z");
                }
            }
        }
        return new ScanCode(address, code.size + 2 * QUIET, path.toString());
    }
}
